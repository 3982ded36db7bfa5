// What recover does where: nothing without a panic, nothing a second time,
// nothing in what a deferred call calls, nothing as the deferred call itself; a
// panic in a deferred call takes the place of the one before.
package main

import "fmt"

func report(what string, r any) { fmt.Printf("%s: %v\n", what, r) }

func withoutPanic() {
	defer func() { report("without a panic", recover()) }()
}

func twice() {
	defer func() { report("after it was recovered", recover()) }()
	defer func() {
		report("first", recover())
		report("second", recover())
	}()
	panic("once")
}

func callee() any { return recover() }

func inCallee() {
	defer func() { report("left by the callee", recover()) }()
	defer func() { report("in a callee", callee()) }()
	panic("not for callees")
}

func deferRecover() {
	defer func() { report("left by defer recover()", recover()) }()
	defer recover()
	panic("not for it")
}

func replaced() {
	defer func() { report("the later panic", recover()) }()
	defer func() { panic("from a deferred call") }()
	panic("from the function")
}

func again() {
	defer func() { report("panicked again", recover()) }()
	func() {
		defer func() {
			r := recover()
			report("recovered", r)
			panic(r)
		}()
		panic("persistent")
	}()
}

func main() {
	withoutPanic()
	twice()
	inCallee()
	deferRecover()
	replaced()
	again()
}
