// Package spell finds the word that somebody meant.
package spell

// Nearest returns the first of words that is closest to word, or "" if none is
// so close that it may have been meant: at most one letter in three differs.
func Nearest(word string, words []string) string {
	nearest, least := "", len(word)/3+1
	for _, w := range words {
		if d := distance(word, w); d < least {
			nearest, least = w, d
		}
	}
	return nearest
}

// distance returns the number of bytes to insert, delete or replace to turn a
// into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // row[j] = distance(a[:i], b[:j])
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0] // distance(a[:i], b[:j])
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
