package guardedby

import (
	"sync"

	"guardedby/store"
)

// A database has a batch replayed to a cleaner while it holds its lock.
type trieDB struct {
	mu    sync.Mutex
	dirty map[string]int
	size  int
}

func (db *trieDB) Put(k string) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.dirty[k]++
	db.size++
}

func (db *trieDB) Size() int {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.size + len(db.dirty)
}

func (db *trieDB) Commit(b *store.Batch) {
	db.mu.Lock()
	defer db.mu.Unlock()
	b.Replay(&uncacher{db})
}

type uncacher struct{ db *trieDB }

func (c *uncacher) Delete(k string) {
	delete(c.db.dirty, k)
	c.db.size--
}

// A watcher gets no lock with it.
type observer struct{ db *trieDB }

func (w *observer) Delete(k string) {
	w.db.size-- // want `w.db.size is written without w.db.mu, which guards it`
}

func (db *trieDB) Watch(b *store.Batch) { b.Replay(&observer{db}) }
