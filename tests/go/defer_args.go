// The arguments of a deferred call are evaluated at the defer; what a pointer
// points to is looked at when the call runs.
package main

import "fmt"

func printValue(v int)    { fmt.Println("value at the defer:", v) }
func printPointee(p *int) { fmt.Println("value at the call:", *p) }

func work(p *int) {
	defer printValue(*p)
	defer printPointee(p)
	*p = 2
	fmt.Println("value now:", *p)
}

func main() {
	x := 1
	work(&x)
}
