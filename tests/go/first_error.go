// As errgroup does: the first task that fails cancels the rest, and Wait
// returns its error.
package main

import (
	"errors"
	"fmt"
	"sync"
)

type group struct {
	wg     sync.WaitGroup
	once   sync.Once
	err    error
	failed chan struct{} // closed with the first error
}

func newGroup() *group { return &group{failed: make(chan struct{})} }

func (g *group) run(task func(failed <-chan struct{}) error) {
	g.wg.Go(func() {
		if err := task(g.failed); err != nil {
			g.once.Do(func() {
				g.err = err
				close(g.failed)
			})
		}
	})
}

func (g *group) wait() error {
	g.wg.Wait()
	return g.err
}

var errCancelled = errors.New("cancelled")

// try runs n tasks.  Task number bad fails, and the others wait for something
// that never comes if there is such a task.
func try(n, bad int) {
	g := newGroup()
	var results [8]string
	for i := range n {
		g.run(func(failed <-chan struct{}) error {
			if i == bad {
				return fmt.Errorf("task %d failed", i)
			}
			if bad < n {
				<-failed
				results[i] = errCancelled.Error()
				return errCancelled
			}
			results[i] = "done"
			return nil
		})
	}
	fmt.Println("error:", g.wait())
	for i := range n {
		if i != bad {
			fmt.Printf("task %d: %s\n", i, results[i])
		}
	}
}

func main() {
	try(4, 4)
	try(5, 2)
}
