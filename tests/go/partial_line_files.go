// As partial_line, in a program that uses files.
package main

import (
	"fmt"
	"os"
)

func main() {
	if _, err := os.Open("/nowhere/file"); err != nil {
		fmt.Print("no file\nno newline")
	}
}
