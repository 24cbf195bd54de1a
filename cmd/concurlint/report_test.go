package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// reportModule has findings with related places and fixes, a cycle of locks,
// and text that a page must escape.
const reportModule = `
-- go.mod --
module example.com/shop
go 1.26
-- a/a.go --
package a

import "sync"

type Store struct {
	mu    sync.Mutex
	items map[string]int
	log   *Log
}

type Log struct {
	mu    sync.Mutex
	lines []string
	store *Store
}

func (s *Store) Add(k string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[k]++
	s.log.mu.Lock()
	s.log.lines = append(s.log.lines, k)
	s.log.mu.Unlock()
}

func (s *Store) Remove(k string) {
	s.mu.Lock()
	delete(s.items, k)
	s.mu.Unlock()
}

func (l *Log) Flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.store.mu.Lock()
	l.store.items = nil
	l.store.mu.Unlock()
	l.lines = nil
}

func (s *Store) Peek(k string) (int, string) {
	return s.items[k], "</code><script>alert(1)</script>" // as <b>seen</b> &amp; "done"
}

func (s *Store) Clear(closed bool) {
	s.mu.Lock()
	if closed {
		return
	}
	s.items = nil
	s.mu.Unlock()
}
-- b/b_test.go --
package b

//concurlint:ignore nosuch reason
var x int
-- clean/clean.go --
package clean
`

// runReport runs the command in the module and returns the page.
func runReport(t *testing.T, code int, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if got := run(append([]string{"report"}, args...), &stdout, &stderr); got != code {
		t.Fatalf("report %q: exit status %d, want %d\n%s", args, got, code, &stderr)
	}
	return stdout.String()
}

// The page tells all that belongs to a finding, and needs nothing else.
func TestReport(t *testing.T) {
	inModule(t, reportModule)
	got := runReport(t, exitClean)
	for _, want := range []string{
		`<title>Concurrency report of example.com/shop</title>`,
		`<strong class="bad">4</strong> findings in 3 packages`,
		`<li><a href="#check-guardedby">guardedby</a> <span class="count">1</span> <span class="summary">data used without the lock that guards it</span></li>`,
		`<li>example.com/shop/b: <a href="#finding-4">ignore</a> <span class="count">1</span></li>`,
		// Both sides of a race, with what is around them.
		`<h4>s.items is read without s.mu, which guards it (held at 4 of 5 accesses, e.g. line 20)</h4>`,
		`<p class="function">in <code>Store.Peek</code></p>`,
		`<figcaption><span class="position">a/a.go:42:9</span></figcaption>`,
		`<span class="line hit" data-number="42">	return <mark>s.items</mark>[k], &#34;&lt;/code&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#34; // as &lt;b&gt;seen&lt;/b&gt; &amp;amp; &#34;done&#34;` + "\n</span>",
		`<figcaption><span class="position">a/a.go:20:4</span> used with mu held here</figcaption>`,
		`<span class="line hit" data-number="20">	s.<mark>items</mark>[k]&#43;&#43;` + "\n</span>",
		// What the check is about, and the repair.
		`<p>A lock protects data only if everybody who uses the data takes it.`,
		`<summary>Repair: Defer s.mu.Unlock()</summary>`,
		`<span class="line added">&#43;	defer s.mu.Unlock()` + "\n</span>",
		`<span class="line removed">-	s.mu.Unlock()` + "\n</span>",
		// The cycle, its picture, and the page to explore it.
		`<h4>a.Log.mu → a.Store.mu → a.Log.mu</h4>`,
		`<li>Log.Flush holds l.mu (a/a.go:33) and waits for l.store.mu (a/a.go:35)</li>`,
		`<g class="node warn" id="n0"><title>a.Log.mu</title>`,
		`srcdoc="&lt;!DOCTYPE html&gt;`,
		// The guards.
		`<li class="breached"><span class="position">a/a.go:7</span> Store.items guarded by mu (inferred: held at 4 of 5 accesses, score 0.89) <strong>used without it</strong></li>`,
		`<li><span class="position">a/a.go:13</span> Log.lines guarded by mu (`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(got, "<script>alert") {
		t.Error("the page has a script from the source")
	}
	if m := regexp.MustCompile(`(?i)(src|data|poster)="[^"]|<link|<base|@import|url\(|<form[^>]*action`).FindString(withoutText(got)); m != "" {
		t.Errorf("the page asks for something else: %s", m)
	}
	if again := runReport(t, exitClean, "./..."); again != got {
		t.Error("the page is not the same again")
	}
	if t.Failed() {
		t.Logf("the page:\n%s", got)
	}
}

// withoutText returns the tags of a page without the page in its frame.
func withoutText(page string) string {
	page = regexp.MustCompile(`srcdoc="[^"]*"`).ReplaceAllString(page, "")
	return strings.Join(regexp.MustCompile(`(?s)<style>.*?</style>|<[^>]*>`).FindAllString(page, -1), "\n")
}

func TestReportOptions(t *testing.T) {
	inModule(t, reportModule)
	if out := runReport(t, exitClean, "-o", "report.html", "-guardedby", "-test=false", "./a"); out != "" {
		t.Errorf("with -o, standard output is %s", out)
	}
	page, err := os.ReadFile("report.html")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), `<strong class="bad">1</strong> finding in 1 package<`) {
		t.Errorf("the page of one check is\n%s", page)
	}
	if got := runReport(t, exitClean, "./clean"); !strings.Contains(got, `<strong class="good">No</strong> findings in 1 package<`) ||
		!strings.Contains(got, "No lock is acquired while one of another field or variable is held.") || !strings.Contains(got, "No field or variable has a guard") {
		t.Errorf("the page of a clean package is\n%s", got)
	}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"-baseline=known.txt", "-write-baseline"}, &stdout, &stderr); code != exitClean {
		t.Fatalf("writing a baseline: %s", &stderr)
	}
	if got := runReport(t, exitClean, "-baseline=known.txt"); !strings.Contains(got, `<strong class="good">No</strong> findings`) {
		t.Errorf("the page with a baseline is\n%s", got)
	}
	if err := os.WriteFile("clean/clean.go", []byte("package clean\n\nvar _ = undefined\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if got := runReport(t, exitFailed); !strings.Contains(got, "<li><code>clean/clean.go:3:9: undefined: undefined</code></li>") {
		t.Errorf("the page of code that does not compile is\n%s", got)
	}
	for _, test := range []struct{ args, want string }{
		{"-fix", "a report changes nothing: -fix is for the check"},
		{"-baseline=b -write-baseline", "a report changes nothing: -write-baseline is for the check"},
		{"-json", "a report is a page: -format and -json are for the check"},
		{"-outfile=x", "there is no flag or check -outfile"},
		{"./... -o=x", "the flag -o=x must stand before the packages"},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(append([]string{"report"}, strings.Fields(test.args)...), &stdout, &stderr); code != exitFailed {
			t.Errorf("report %s: exit status %d", test.args, code)
		}
		if !strings.Contains(stderr.String(), test.want) {
			t.Errorf("report %s: got %s, want %s", test.args, &stderr, test.want)
		}
	}
}

// The picture is without the nestings of tests.
func TestReportOrderOfTests(t *testing.T) {
	inModule(t, `
-- go.mod --
module m
go 1.26
-- m.go --
package m

import "sync"

var a, b sync.Mutex
-- m_test.go --
package m

func f() {
	a.Lock()
	b.Lock()
	b.Unlock()
	a.Unlock()
}

func g() {
	b.Lock()
	a.Lock()
	a.Unlock()
	b.Unlock()
}
`)
	if got := runReport(t, exitClean); !strings.Contains(got, "No lock is acquired while one of another field or variable is held.") {
		t.Errorf("the page is\n%s", got)
	}
}

func TestDiffLines(t *testing.T) {
	got := fmt.Sprint(diffLines("diff old new\n--- old\n+++ new\n@@ -1 +1 @@\n--- x\n+++ y\n z\n@@ -9 +9 @@\n w\n"))
	if want := "[{removed --- x} {added +++ y} {same  z} {gap ⋮} {same  w}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// probe is a script that tells how a browser shows a page.
const probe = `<script>
const open = () => document.querySelectorAll("details").forEach(d => d.open = true);
const hidden = frame => {
	if (!frame || !frame.querySelector("#picture").clientWidth) {
		return -1;
	}
	const below = frame.querySelector("#search").getBoundingClientRect().bottom;
	return [...frame.querySelectorAll("#picture .node")].filter(n => n.getBoundingClientRect().top < below).length;
};
const tell = last => {
	if (!last && hidden(document.querySelector("iframe").contentDocument) !== 0) {
		return; // the frame is not drawn yet
	}
	const frame = document.querySelector("iframe").contentDocument;
	const all = [...document.querySelectorAll("body *:not(svg *)")];
	const within = e => e.closest("pre, .picture");
	const result = {
		width: innerWidth,
		wide: document.documentElement.scrollWidth,
		background: getComputedStyle(document.body).backgroundColor,
		text: getComputedStyle(document.body).color,
		node: getComputedStyle(document.querySelector(".node rect")).fill,
		dead: [...document.querySelectorAll("a[href^='#']")].filter(a => !document.querySelector(a.getAttribute("href"))).map(a => a.outerHTML),
		outside: all.filter(e => !within(e) && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80)),
		loaded: performance.getEntriesByType("resource").map(e => e.name),
		hidden: hidden(frame),
		framed: frame ? frame.querySelectorAll("#picture .node").length : -1,
		frameBackground: frame ? getComputedStyle(frame.body).backgroundColor : "",
		side: document.querySelectorAll("figure").length > 1 && document.querySelectorAll("figure")[1].getBoundingClientRect().top === document.querySelectorAll("figure")[0].getBoundingClientRect().top,
	};
	fetch("told", {method: "POST", body: JSON.stringify(result)});
};
setTimeout(open, 300); // the frame is read while it is closed
setTimeout(() => document.querySelector("iframe").scrollIntoView(), 400);
setInterval(() => tell(false), 200);
setTimeout(() => tell(true), 8000);
</script>`

// phone is a page that shows another one, since no window of the browser is as
// narrow as a phone.
const phone = `<!DOCTYPE html><iframe src="page" style="width: %dpx; height: 844px; border: none"></iframe>`

// A shown is what probe tells.
type shown struct {
	Width, Wide                             int
	Background, Text, Node, FrameBackground string
	Dead, Outside, Loaded                   []string
	Framed, Hidden                          int  // locks in the frame, and those that its tools cover
	Side                                    bool // both sides of a finding beside each other
}

// show shows page in a headless Chromium, in the dark or not.
func show(t *testing.T, page string, width int, dark bool) (s shown) {
	t.Helper()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium")
	}
	told := make(chan []byte, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, phone, width) })
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, strings.Replace(page, "</body>", probe+"</body>", 1))
	})
	mux.HandleFunc("/told", func(_ http.ResponseWriter, r *http.Request) {
		if data, err := io.ReadAll(r.Body); err == nil {
			select {
			case told <- data:
			default: // it was told before
			}
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	// Not t.TempDir: what the browser has started may still write there for a
	// moment, which is no failure.
	profile, err := os.MkdirTemp("", "chromium")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(profile)
	args := []string{
		"--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
		"--user-data-dir=" + profile, "--window-size=1600,1000", server.URL,
	}
	if dark {
		args = append(args, "--blink-settings=preferredColorScheme=0")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	cmd := exec.CommandContext(ctx, chromium, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait() // so that it does not write to its folder any more
	defer cancel()
	select {
	case data := <-told:
		if err := json.Unmarshal(data, &s); err != nil {
			t.Fatal(err)
		}
	case <-ctx.Done():
		t.Fatal("the browser does not tell how it shows the page")
	}
	return s
}

// TestReportShown looks at the page in a browser: in the light and in the dark,
// on a wide screen and on a phone.
func TestReportShown(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow to start")
	}
	inModule(t, reportModule)
	page := runReport(t, exitClean)
	for _, test := range []struct {
		width int
		dark  bool
	}{{1280, false}, {1280, true}, {390, false}, {390, true}} {
		s := show(t, page, test.width, test.dark)
		if s.Width != test.width || s.Wide > s.Width || len(s.Outside) > 0 {
			t.Errorf("%v: the page is %d wide on a screen of %d; beyond it are %q", test, s.Wide, s.Width, s.Outside)
		}
		if len(s.Dead) > 0 {
			t.Errorf("%v: dead links %q", test, s.Dead)
		}
		if len(s.Loaded) > 0 {
			t.Errorf("%v: the page loads %q", test, s.Loaded)
		}
		if s.Framed != 2 || s.Hidden != 0 {
			t.Errorf("%v: the page to explore shows %d locks, want 2, and covers %d", test, s.Framed, s.Hidden)
		}
		want := [...]string{"rgb(255, 255, 255)", "rgb(21, 25, 29)", "rgb(253, 236, 235)", "rgb(255, 255, 255)"}
		if test.dark {
			want = [...]string{"rgb(20, 23, 26)", "rgb(232, 235, 238)", "rgb(58, 32, 34)", "rgb(20, 23, 26)"}
		}
		if got := [...]string{s.Background, s.Text, s.Node, s.FrameBackground}; got != want {
			t.Errorf("%v: colors %q, want %q", test, got, want)
		}
		if s.Side != (test.width > 1000) {
			t.Errorf("%v: both sides of a finding are beside each other: %v", test, s.Side)
		}
	}
	// The probe would notice.
	broken := strings.Replace(page, "<h4>", `<h4 style="width: 2000px">`, 1)
	broken = strings.Replace(broken, `href="#order"`, `href="#nothing"`, 1)
	if s := show(t, broken, 1280, false); len(s.Dead) != 1 || len(s.Outside) != 1 || s.Wide < 2000 {
		t.Errorf("a broken page is shown as %+v", s)
	}
}
