// Values go down the tree of contexts: watchers learn from theirs who they
// are and what to watch for, and the nearest value for a key hides the rest.
package main

import (
	"context"
	"fmt"
)

type key int

const (
	nameKey key = iota
	limitKey
)

type watcher struct {
	ctx     context.Context
	events  chan int
	reports chan string
}

func (w *watcher) watch() {
	name := w.ctx.Value(nameKey).(string)
	limit := w.ctx.Value(limitKey).(int)
	for {
		select {
		case <-w.ctx.Done():
			w.reports <- fmt.Sprintf("%s stops: %v", name, w.ctx.Err())
			return
		case e := <-w.events:
			if e > limit {
				w.reports <- fmt.Sprintf("%s: %d is over %d", name, e, limit)
			} else {
				w.reports <- fmt.Sprintf("%s: %d", name, e)
			}
		}
	}
}

func start(ctx context.Context, name string) *watcher {
	w := &watcher{context.WithValue(ctx, nameKey, name), make(chan int), make(chan string)}
	go w.watch()
	return w
}

func main() {
	all, cancelAll := context.WithCancel(context.WithValue(context.Background(), limitKey, 100))
	strict, cancelStrict := context.WithCancel(context.WithValue(all, limitKey, 10))
	watchers := []*watcher{start(all, "pressure"), start(strict, "heat"), start(strict, "noise")}
	for e := 5; e <= 500; e *= 10 {
		for _, w := range watchers {
			w.events <- e
			fmt.Println(<-w.reports)
		}
	}
	cancelStrict()
	fmt.Println(<-watchers[1].reports)
	fmt.Println(<-watchers[2].reports)
	watchers[0].events <- 7
	fmt.Println(<-watchers[0].reports)
	cancelAll()
	fmt.Println(<-watchers[0].reports)
}
