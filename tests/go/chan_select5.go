// Copyright 2011 The Go Authors. All rights reserved.
// Use of this source code is governed by a BSD-style
// license that can be found in the LICENSE-GO file.

// After Go's test/chan/select5.go, which generates a program with every
// variant of a simple select. Here the variants are selects made at run time.
//
// Each test does only one real send or receive at a time; the channel is
// buffered, so the test is single-goroutine.

package main

import (
	"fmt"
	"reflect"
)

var c = make(chan int, 1)
var nilch chan int
var n = 1
var dummy = make(chan int)

func die(x int) {
	println("have", x, "want", n)
	panic("chan")
}

func sendCase(c chan int, v int) reflect.SelectCase {
	return reflect.SelectCase{Dir: reflect.SelectSend, Chan: reflect.ValueOf(c), Send: reflect.ValueOf(v)}
}

func recvCase(c chan int) reflect.SelectCase {
	return reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c)}
}

// idle is some of the cases that are never ready.
func idle() []reflect.SelectCase {
	all := []reflect.SelectCase{sendCase(dummy, 1), recvCase(dummy), sendCase(nilch, 1), recvCase(nilch)}
	var some []reflect.SelectCase
	for _, k := range all {
		if maybe() {
			some = append(some, k)
		}
	}
	return some
}

// run does the real case at some place among idle ones, with or without a
// default, and returns the value received.
func run(real reflect.SelectCase) int {
	cases := idle()
	at := choose(len(cases) + 1)
	cases = append(cases, reflect.SelectCase{})
	copy(cases[at+1:], cases[at:])
	cases[at] = real
	if maybe() {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectDefault})
	}
	chosen, v, ok := reflect.Select(cases)
	if chosen != at {
		panic("wrong case")
	}
	if real.Dir == reflect.SelectSend {
		return 0
	}
	if !ok {
		panic("not ok")
	}
	return int(v.Int())
}

// Send n, receive it one way or another, check that they match.
func recv() {
	c <- n
	var x int
	if maybe() {
		x = <-c
	} else {
		x = run(recvCase(c))
	}
	if x != n {
		die(x)
	}
}

// Send n one way or another, receive it, check that they match.
func send() {
	if maybe() {
		c <- n
	} else {
		run(sendCase(c, n))
	}
	if x := <-c; x != n {
		die(x)
	}
}

// Receive from a closed channel one way or another.
func closed() {
	c := make(chan int)
	close(c)
	cases := append(idle(), recvCase(c))
	if maybe() {
		cases = append(cases, reflect.SelectCase{Dir: reflect.SelectDefault})
	}
	chosen, v, ok := reflect.Select(cases)
	if cases[chosen].Chan != reflect.ValueOf(c) || ok || v.Int() != 0 {
		panic("closed")
	}
}

// Test various combinations of non-blocking operations.
func nonblock() {
	cases := append(idle(), reflect.SelectCase{Dir: reflect.SelectDefault})
	if chosen, _, _ := reflect.Select(cases); chosen != len(cases)-1 {
		panic("not the default")
	}
}

func do(name string, test func()) {
	count := 0
	for next() {
		test()
		n++
		count++
	}
	fmt.Println(name, count, "variants")
}

func main() {
	do("recv", recv)
	do("send", send)
	do("closed", closed)
	do("nonblock", nonblock)
}

// Code for enumerating all possible paths through
// some logic.  The logic should call choose(n) when
// it wants to choose between n possibilities.
// On successive runs through the logic, choose(n)
// will return 0, 1, ..., n-1.  The helper maybe() is
// similar but returns true and then false.
//
// Given a function gen that generates an output
// using choose and maybe, code can generate all
// possible outputs using
//
//	for next() {
//		gen()
//	}

type choice struct {
	i, n int
}

var choices []choice
var cp int = -1

func maybe() bool {
	return choose(2) == 0
}

func choose(n int) int {
	if cp >= len(choices) {
		// never asked this before: start with 0.
		choices = append(choices, choice{0, n})
		cp = len(choices)
		return 0
	}
	// otherwise give recorded answer
	if n != choices[cp].n {
		panic("inconsistent choices")
	}
	i := choices[cp].i
	cp++
	return i
}

func next() bool {
	if cp < 0 {
		// start a new round
		cp = 0
		return true
	}

	// increment last choice sequence
	cp = len(choices) - 1
	for cp >= 0 && choices[cp].i == choices[cp].n-1 {
		cp--
	}
	if cp < 0 {
		choices = choices[:0]
		return false
	}
	choices[cp].i++
	choices = choices[:cp+1]
	cp = 0
	return true
}
