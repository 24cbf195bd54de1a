package lockorder

import "lockorder/internal/tally"

// Total adds all scores to a new one, which nobody else knows.
func Total(scores []*tally.Score) *tally.Score {
	sum := new(tally.Score)
	for _, s := range scores {
		sum.Add(s)
	}
	return sum
}

// Correct moves points from one to the other, whichever its caller says.
func Correct(a, b *tally.Score) {
	tally.Move(a, b) // want `tally\.Move acquires to\.mu while it holds from\.mu \(tally\.go:\d+\): two goroutines that call Move with the arguments exchanged wait for each other`
}
