package lockgap

import "lockgap/store"

// FN_PutStore looks and puts by methods of another package, each of which locks:
// facts do not tell what their sections read and write.
func FN_PutStore(s *store.Store, k string) {
	if !s.Has(k) {
		s.Put(k, 1)
	}
}

// PutStoreOK calls the one that does both.
func PutStoreOK(s *store.Store, k string) {
	if !s.Has(k) {
		s.PutIfAbsent(k, 1)
	}
}
