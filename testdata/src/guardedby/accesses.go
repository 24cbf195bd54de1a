package guardedby

import (
	"bytes"
	"sync"
)

// What counts as an access: maps, slices, fields of a struct, len, range,
// methods through the field's address.

type table struct {
	mu    sync.Mutex
	rows  map[string]int
	names []string
	pair  struct{ a, b int }
	buf   bytes.Buffer
	arr   [4]int
}

// Fill writes all of it under the lock.
func (t *table) Fill(k string, v int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rows == nil {
		t.rows = make(map[string]int)
	}
	t.rows[k] = v
	t.names = append(t.names, k)
	t.pair.a, t.pair.b = v, v
	t.buf.WriteString(k)
	t.arr[v%4] = v
}

// Dump reads all of it under the lock.
func (t *table) Dump() (n int, s string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k := range t.rows {
		n += t.rows[k] + len(t.names) + t.pair.a + t.pair.b + t.arr[0]
	}
	return n, t.buf.String()
}

// Merge does both under the lock.
func (t *table) Merge(rows map[string]int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, v := range rows {
		t.rows[k] += v
		t.names = append(t.names, k)
		t.pair.a++
		t.arr[v%4]++
	}
	t.buf.Reset()
}

// Put writes an element of the map.
func (t *table) Put(k string) {
	t.rows[k] = 1 // want `t.rows(\[k\])? is written without t.mu, which guards it \(held at \d+ of \d+ accesses, e.g. line \d+\)`
}

// Drop deletes from the map.
func (t *table) Drop(k string) {
	delete(t.rows, k) // want `t.rows is written without t.mu, which guards it`
}

// Has looks into the map.
func (t *table) Has(k string) bool {
	_, ok := t.rows[k] // want `t.rows(\[k\])? is read without t.mu, which guards it`
	return ok
}

// Keys ranges over the map.
func (t *table) Keys() (keys []string) {
	for k := range t.rows { // want `t.rows is read without t.mu, which guards it`
		keys = append(keys, k)
	}
	return keys
}

// Len asks only how long it is, which is a read like any other.
func (t *table) Len() int {
	return len(t.rows) // want `t.rows is read without t.mu, which guards it`
}

// Rename writes an element of the slice.
func (t *table) Rename(i int, s string) {
	t.names[i] = s // want `t.names(\[i\])? is (written|read) without t.mu, which guards it`
}

// Clip reads and writes the slice itself.
func (t *table) Clip() {
	t.names = t.names[:0] // want `t.names is (written|read) without t.mu, which guards it`
}

// Swap writes a field of a struct that is a field.
func (t *table) Swap() {
	t.pair.a = 7 // want `t.pair(.a)? is written without t.mu, which guards it`
}

// Pair copies the struct.
func (t *table) Pair() struct{ a, b int } {
	return t.pair // want `t.pair is read without t.mu, which guards it`
}

// Print calls a method that changes the field through its address.
func (t *table) Print(s string) {
	t.buf.WriteString(s) // want `t.buf is (written|read) without t.mu, which guards it`
}

// Slot writes an element of an array.
func (t *table) Slot(i int) {
	t.arr[i]++ // want `t.arr(\[i\])? is written without t.mu, which guards it`
}

// Alias writes through a pointer taken under the lock, after it.
func (t *table) Alias() {
	t.mu.Lock()
	p := &t.pair
	t.mu.Unlock()
	p.b = 1 // want `is written without t.mu, which guards it`
}

// Detached holds a copy after the lock: nobody else sees it.
func (t *table) Detached() int {
	t.mu.Lock()
	pair := t.pair
	t.mu.Unlock()
	pair.a++
	return pair.a + pair.b
}

// FN_elements returns what is guarded for use after the section. The accesses
// happen through a value, and many values of this kind are immutable.
func (t *table) FN_elements() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.rows
}

// FN_values carries the map out of the section in a variable. Put and Drop write
// that very map, so it is a race, but the access no longer names the field.
func (t *table) FN_values() int {
	t.mu.Lock()
	m := t.rows
	t.mu.Unlock()
	return m["x"]
}
