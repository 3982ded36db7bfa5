// A log that rotates its files, and mills old ones in a goroutine that it
// starts when it first needs it.  Closing the log ends that goroutine, and
// waits for it.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

const fileSize, keep = 3, 2 // lines a file, files

type log struct {
	lines     int
	startMill sync.Once
	mill      chan struct{}
	milled    chan struct{} // closed when the mill has ended
	mu        sync.Mutex
	files     int // under mu
	removed   int // under mu
}

func (l *log) millRun() {
	for range l.mill {
		l.mu.Lock()
		for l.files > keep {
			l.files--
			l.removed++
		}
		l.mu.Unlock()
	}
	close(l.milled)
}

func (l *log) rotate() {
	l.mu.Lock()
	l.files++
	l.mu.Unlock()
	l.startMill.Do(func() {
		l.mill = make(chan struct{}, 1)
		l.milled = make(chan struct{})
		go l.millRun()
	})
	select {
	case l.mill <- struct{}{}:
	default: // it has not begun with what it was told before
	}
}

func (l *log) write() {
	if l.lines++; l.lines%fileSize == 0 {
		l.rotate()
	}
}

func (l *log) close() {
	l.lines = 0
	if l.mill != nil {
		close(l.mill)
		<-l.milled
	}
}

func main() {
	for n := 1; n <= 4; n++ {
		l := &log{}
		for range 20 {
			l.write()
		}
		l.close()
		for runtime.NumGoroutine() > 1 { // the mill's very last steps
			runtime.Gosched()
		}
		fmt.Println("logs closed:", n, "goroutines:", runtime.NumGoroutine(),
			"files kept:", l.files, "removed:", l.removed)
	}
}
