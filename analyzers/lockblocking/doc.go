// Package lockblocking defines an Analyzer that reports waiting under a lock that
// the partner needs.
//
// # Analyzer lockblocking
//
// lockblocking: report waiting under a lock that the partner needs
package lockblocking
