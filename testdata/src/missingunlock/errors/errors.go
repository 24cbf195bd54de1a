// Package errors stands for the package of that name.
package errors

import "fmt"

// Wrap returns nil if err is nil.
func Wrap(err error, message string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", message, err)
}
