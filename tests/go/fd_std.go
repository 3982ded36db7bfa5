package main

import (
	"io"
	"os"
)

var done = make(chan bool)

func say(s string) {
	if n, _ := os.Stdout.Write([]byte(s)); n != len(s) {
		panic("short write")
	}
}

func says(s string) {
	say(s)
	done <- true
}

func reads() {
	buf := make([]byte, 8)
	if _, err := os.Stdin.Read(buf); err != io.EOF {
		panic("input from nowhere")
	}
	done <- true
}

func main() {
	for _, s := range []string{"one\n", "two\n", "three\n"} {
		go says(s)
		<-done
	}
	for i := 0; i < 10; i++ {
		go reads()
	}
	for i := 0; i < 10; i++ {
		<-done
	}
	say("read to the end\n")
	f := os.NewFile(99, "none")
	_, werr := f.Write([]byte{0})
	_, rerr := f.Read([]byte{0})
	if werr != nil && rerr != nil {
		say("bad\n")
	}
}
