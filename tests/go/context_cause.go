// What Err and Cause say, for every way in which a context can end.
//
// Derived from TestCause of Go's context/x_test.go.
//
// Copyright 2016 The Go Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE-GO file.
package main

import (
	. "context"
	"errors"
	"fmt"
	"time"
)

const forever = 1e6 * time.Second

var (
	parentCause   = errors.New("parentCause")
	childCause    = errors.New("childCause")
	tooSlow       = errors.New("tooSlow")
	finishedEarly = errors.New("finishedEarly")
)

func show(name string, ctx Context) {
	fmt.Printf("%s: %v, %v\n", name, ctx.Err(), Cause(ctx))
}

func canceled() {
	ctx, cancel := WithCancel(Background())
	cancel()
	show("WithCancel", ctx)
	for _, cause := range []error{parentCause, nil} {
		ctx, cancel := WithCancelCause(Background())
		cancel(cause)
		show("WithCancelCause", ctx)
	}
}

// Parent and child are both canceled, with these causes.
func both(name string, parentFirst bool, cause1, cause2 error) {
	parent, cancelParent := WithCancelCause(Background())
	ctx, cancelChild := WithCancelCause(parent)
	if parentFirst {
		cancelParent(cause1)
	}
	cancelChild(cause2)
	cancelParent(cause1)
	show("WithCancelCause: "+name, ctx)
}

func timeouts() {
	for _, d := range []time.Duration{0, forever} {
		ctx, cancel := WithTimeout(Background(), d)
		cancel()
		show("WithTimeout", ctx)
		ctx, cancel = WithTimeoutCause(Background(), d, tooSlow)
		cancel()
		show("WithTimeoutCause", ctx)
		parent, cancelParent := WithCancelCause(Background())
		ctx, cancel = WithTimeoutCause(parent, d, tooSlow)
		cancelParent(finishedEarly)
		show("WithTimeoutCause stacked", ctx)
		cancel()
	}
	ctx, cancel := WithTimeoutCause(Background(), time.Millisecond, tooSlow)
	<-ctx.Done()
	show("WithTimeoutCause over", ctx)
	cancel()
}

func without() {
	show("WithoutCancel", WithoutCancel(Background()))
	parent, cancel := WithCancelCause(Background())
	ctx := WithoutCancel(parent)
	cancel(finishedEarly)
	show("WithoutCancel canceled", ctx)
	child, cancelChild := WithCancelCause(ctx)
	cancelChild(childCause)
	show("WithoutCancel child", child)
}

// A chain of contexts of all kinds, canceled in the middle.
func chain() {
	top, cancelTop := WithCancelCause(Background())
	value := WithValue(top, "key", "value")
	middle, cancelMiddle := WithCancelCause(value)
	timer, cancelTimer := WithTimeout(middle, forever)
	leaf, cancelLeaf := WithCancel(WithValue(timer, "key", "leaf"))
	stop := AfterFunc(leaf, func() { panic("stopped") })
	fmt.Println("stopped:", stop(), stop())
	done := make(chan struct{})
	AfterFunc(leaf, func() {
		show("AfterFunc", leaf)
		close(done)
	})
	cancelMiddle(childCause)
	<-done
	show("top", top)
	show("value", value)
	show("middle", middle)
	show("timer", timer)
	cancelTop(parentCause)
	show("top", top)
	show("leaf", leaf)
	fmt.Println(value.Value("key"), leaf.Value("key"), leaf.Value("other"))
	cancelTimer()
	cancelLeaf()
}

func main() {
	show("Background", Background())
	show("Todo", TODO())
	canceled()
	both("parent cause before child", true, parentCause, childCause)
	both("parent cause after child", false, parentCause, childCause)
	both("parent cause before nil", true, parentCause, nil)
	both("parent cause after nil", false, parentCause, nil)
	both("child cause after nil", true, nil, childCause)
	both("child cause before nil", false, nil, childCause)
	timeouts()
	without()
	chain()
}
