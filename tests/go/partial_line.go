// The last line of the output has no end, and gets none.
package main

import "fmt"

func main() { fmt.Print("whole\nno newline") }
