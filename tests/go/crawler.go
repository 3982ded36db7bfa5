// A web crawler: a goroutine for each page, each page once, and no more than
// three fetches at a time.  The web is a table.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

const maxFetches = 3

var web = []struct {
	url   string
	links []int
}{
	{"/", []int{1, 2, 3}},
	{"/docs", []int{0, 4, 5, 8}},
	{"/blog", []int{0, 6, 7}},
	{"/about", []int{0, 2}},
	{"/docs/chan", []int{1, 5}},
	{"/docs/select", []int{1, 4, 6}},
	{"/blog/1", []int{2, 7, 8}},
	{"/blog/2", []int{2, 6}},
	{"/missing", nil},
	{"/island", []int{0}},
}

type crawler struct {
	wg       sync.WaitGroup
	fetching chan struct{} // holds a token for each fetch going on
	mu       sync.Mutex
	seen     map[int]bool // under mu
	busy     int          // under mu: fetches going on
	tooBusy  bool         // under mu
}

func (c *crawler) first(page int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() { c.seen[page] = true }()
	return !c.seen[page]
}

func (c *crawler) count(delta int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy += delta
	c.tooBusy = c.tooBusy || c.busy > maxFetches
}

func (c *crawler) fetch(page int) []int {
	c.fetching <- struct{}{}
	c.count(1)
	runtime.Gosched() // the network is slow
	c.count(-1)
	<-c.fetching
	return web[page].links
}

func (c *crawler) crawl(page int) {
	if !c.first(page) {
		return
	}
	for _, link := range c.fetch(page) {
		c.wg.Go(func() { c.crawl(link) })
	}
}

func main() {
	c := crawler{fetching: make(chan struct{}, maxFetches), seen: map[int]bool{}}
	c.wg.Go(func() { c.crawl(0) })
	c.wg.Wait()
	for i, page := range web {
		switch {
		case !c.seen[i]:
			fmt.Println("not found by links:", page.url)
		case page.links == nil:
			fmt.Println("broken:", page.url)
		default:
			fmt.Println("crawled:", page.url)
		}
	}
	fmt.Println("too many fetches at a time:", c.tooBusy)
}
