// Copyright 2019 The Go Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE-GO file.

// The order in which deferred calls run, and what they recover, where panics,
// deferred calls and Goexit meet. Written after runtime/defer_test.go and
// runtime/testdata/testprog/deadlock.go.
package main

import (
	"fmt"
	"runtime"
)

func say(text string)     { fmt.Println(text) }
func expect(where string) { fmt.Println(where+":", recover()) }

// TestConditionalDefers
func conditional(n int) {
	defer expect("conditional")
	defer say("1")
	if n > 5 {
		defer say("2")
		if n > 8 {
			defer say("3")
		} else {
			defer say("4")
		}
	}
	panic("testConditional")
}

// TestAbortedPanic
func aborted() {
	defer expect("nothing left")
	defer expect("aborted")
	defer func() { panic("panic2") }()
	panic("panic1")
}

// TestRecoverMatching
func matching() {
	defer expect("matching")
	defer func() { defer expect("not directly called by the panic") }()
	panic("panic1")
}

// TestDeferWithRepeatedRepanics
func interpreter(level, maxlevel, rec int) {
	defer func() {
		e := recover()
		if e == nil {
			return
		}
		if level != e.(int) {
			fmt.Println("re-panicking, level", level)
			panic(e)
		}
		fmt.Println("recovered, level", level)
	}()
	if level+1 < maxlevel {
		interpreter(level+1, maxlevel, rec)
	} else {
		panic(rec)
	}
}

// TestIssue43921
func issue43921() {
	defer expect("outer")
	func() {
		defer func() {
			defer expect("inner")
			panic("4")
		}()
		panic("1")
	}()
}

// TestIssue43920
func issue43920() {
	defer expect("last")
	defer func() {
		defer func() {
			defer expect("third")
			defer panic("5")
			func() { panic("4") }()
		}()
		defer expect("second")
		defer panic("3")
	}()
	func() {
		defer say("step 1")
		panic("1")
	}()
}

// TestIssue43941
func issue43941() {
	defer expect("at the end")
	func() {
		func() {
			defer func() {
				defer expect("of 2 and 3")
				defer panic("3")
				panic("2")
			}()
			defer expect("of 1")
			defer panic("1")
		}()
		defer say("step 10")
		defer say("step 9")
		say("step 8")
	}()
	func() {
		defer say("step 13")
		defer say("step 12")
		func() {
			defer say("step 11")
			panic("4")
		}()
		defer panic("-1")
	}()
}

// RecursivePanic, RecursivePanic2
func recursive() {
	defer expect("wrapped")
	func() {
		defer func() { panic(fmt.Sprint("wrap: ", recover())) }()
		panic("bad")
	}()
}

func recursive2() {
	defer expect("second")
	func() {
		defer func() { panic("second panic") }()
		defer expect("first")
		panic("first panic")
	}()
}

// RecursivePanic5
func three() {
	defer say("three is left")
	defer expect("of the second")
	defer func() {
		fmt.Println("of the first:", recover())
		panic("second panic")
	}()
	panic("first panic")
}

// GoexitInPanic
func exitInPanic() {
	defer expect("the panic is gone")
	defer func() { runtime.Goexit() }()
	panic("hello")
}

// RecoveredPanicAfterGoexit
func panicAfterExit() {
	defer expect("nothing to recover")
	defer func() {
		defer expect("after Goexit")
		panic("hello")
	}()
	runtime.Goexit()
}

// RecoverBeforePanicAfterGoexit2
func recoverBefore() {
	for i := 0; i < 2; i++ {
		defer say("the Goexit goes on")
	}
	defer expect("of a deferred call")
	defer func() { panic("hello") }()
	runtime.Goexit()
}

func ends(f func()) {
	done := make(chan bool)
	go func() {
		defer close(done)
		defer expect("the goroutine ends")
		func() { f() }()
		say("never here")
	}()
	<-done
}

func main() {
	conditional(8)
	conditional(9)
	aborted()
	matching()
	interpreter(0, 6, 2)
	interpreter(0, 5, 1)
	interpreter(0, 6, 3)
	issue43921()
	issue43920()
	issue43941()
	recursive()
	recursive2()
	three()
	ends(exitInPanic)
	ends(panicAfterExit)
	ends(recoverBefore)
}
