// A bounded pipeline: a walker sends names, a few workers hash them, a
// collector keeps the results.  At the first error it closes done, which stops
// all of them.
package main

import (
	"fmt"
	"runtime"
	"sort"
	"strings"
	"sync"
)

const workers = 3

type result struct {
	name string
	sum  uint32
	bad  bool
}

func walk(names []string, done <-chan struct{}) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		for _, name := range names {
			select {
			case out <- name:
			case <-done:
				return
			}
		}
	}()
	return out
}

// hash is FNV-1a; a name with a question mark cannot be read.
func hash(name string) result {
	sum := uint32(2166136261)
	for _, b := range []byte(name) {
		sum = (sum ^ uint32(b)) * 16777619
	}
	return result{name, sum, strings.Contains(name, "?")}
}

func worker(in <-chan string, out chan<- result, done <-chan struct{}) {
	for name := range in {
		select {
		case out <- hash(name):
		case <-done:
			return
		}
	}
}

func hashAll(names []string) ([]result, error) {
	done := make(chan struct{})
	defer close(done)
	in, out := walk(names, done), make(chan result)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { worker(in, out, done) })
	}
	go func() {
		wg.Wait()
		close(out)
	}()
	var all []result
	for r := range out {
		if r.bad {
			return nil, fmt.Errorf("%s: cannot read", r.name)
		}
		all = append(all, r)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].name < all[j].name })
	return all, nil
}

func show(names ...string) {
	all, err := hashAll(names)
	if err != nil {
		fmt.Println("error:", err)
	}
	for _, r := range all {
		fmt.Printf("%08x  %s\n", r.sum, r.name)
	}
	for runtime.NumGoroutine() > 1 {
		runtime.Gosched()
	}
	fmt.Println("goroutines:", runtime.NumGoroutine())
}

func main() {
	show("walker", "worker", "collector", "go", "c", "js", "wasm", "wasi")
	show("walker", "worker?", "collector", "go", "c", "js", "wasm", "wasi")
}
