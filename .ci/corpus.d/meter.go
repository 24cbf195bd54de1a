package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// The go command says how much memory the largest of all its processes took,
// but that can be the go command itself, and a process that it starts counts
// its memory as its own until then. So to know what the tool takes, this small
// program stands between the two: it is run as the vet tool, runs the one that
// meteredTool names, and leaves the peak of each process in meterDir.
const (
	meteredTool = "CONCURLINT_METERED_TOOL"
	meterDir    = "CONCURLINT_METER_DIR"
)

// meter runs the tool with args, notes its peak memory and returns its exit
// status.
func meter(tool string, args []string) int {
	cmd := exec.Command(tool, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	peak := cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
	if err := notePeak(os.Getenv(meterDir), peak); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return cmd.ProcessState.ExitCode()
}

// notePeak leaves a process's peak in dir.
func notePeak(dir string, peak int64) error {
	f, err := os.CreateTemp(dir, "peak")
	if err != nil {
		return err
	}
	fmt.Fprint(f, peak)
	return f.Close()
}

// metered returns t with this program between the go command and it.
func metered(t tool, dir string) (tool, error) {
	self, err := os.Executable()
	t.env = []string{meteredTool + "=" + t.path, meterDir + "=" + dir}
	t.path = self
	return t, err
}

// largest returns the greatest peak that was left in dir.
func largest(dir string) (int64, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return 0, err
	}
	var peak int64
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		var n int64
		if _, err := fmt.Sscan(string(data), &n); err != nil {
			return 0, err
		}
		peak = max(peak, n)
	}
	return peak, nil
}
