package lockgap

import "lockgap/store"

// PutStore looks and puts by methods of another package, each of which locks.
func PutStore(s *store.Store, k string) {
	if !s.Has(k) {
		s.Put(k, 1) // want `because of what was read under an earlier s\.mu \(line \d+\)`
	}
}

// PutStoreOK calls the one that does both.
func PutStoreOK(s *store.Store, k string) {
	if !s.Has(k) {
		s.PutIfAbsent(k, 1)
	}
}
