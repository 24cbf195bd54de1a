// Package lockorder defines an Analyzer that reports locks nested in inconsistent
// order.
//
// # Analyzer lockorder
//
// lockorder: report locks nested in inconsistent order
package lockorder
