// A log that rotates its files, and mills old ones in a goroutine that it
// starts when it first needs it.  Closing the log forgets that goroutine: one
// leaks per log.  See rotator_fixed.go for the cure.
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
}

func (l *log) rotate() {
	l.mu.Lock()
	l.files++
	l.mu.Unlock()
	l.startMill.Do(func() {
		l.mill = make(chan struct{}, 1)
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
}

func main() {
	for n := 1; n <= 4; n++ {
		l := &log{}
		for range 20 {
			l.write()
		}
		l.close()
		fmt.Println("logs closed:", n, "goroutines:", runtime.NumGoroutine())
	}
}
