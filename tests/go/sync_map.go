// A sync.Map that goroutines count words in, a Pool of their buffers, and a
// OnceValue that all of them wait for.
package main

import (
	"fmt"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
)

const text = "the cat and the dog and the bird saw the cat"

var (
	counts sync.Map
	made   int32
	pool   = sync.Pool{New: func() any { return new([16]byte) }}
	words  = sync.OnceValue(func() []string {
		made++
		return strings.Fields(text)
	})
)

func count() {
	for _, w := range words() {
		b := pool.Get().(*[16]byte)
		n := copy(b[:], w)
		c, _ := counts.LoadOrStore(string(b[:n]), new(int32))
		atomic.AddInt32(c.(*int32), 1)
		pool.Put(b)
	}
}

func main() {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(count)
	}
	wg.Wait()
	counts.Delete("and")
	var lines []string
	counts.Range(func(w, c any) bool {
		lines = append(lines, fmt.Sprint(w, " ", *c.(*int32)))
		return true
	})
	sort.Strings(lines)
	fmt.Println(strings.Join(lines, "\n"))
	_, there := counts.Load("and")
	fmt.Println(there, made)
}
