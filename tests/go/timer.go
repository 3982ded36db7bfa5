// Timers and tickers: stopped, set again, going off.
package main

import (
	"fmt"
	"time"
)

func main() {
	t := time.NewTimer(time.Hour)
	fmt.Println("stopped:", t.Stop())
	fmt.Println("stopped again:", t.Stop())
	fmt.Println("was running:", t.Reset(time.Millisecond))
	<-t.C
	fmt.Println("went off")
	fmt.Println("stopped:", t.Stop())

	ran := make(chan string)
	f := time.AfterFunc(time.Hour, func() { ran <- "AfterFunc ran" })
	fmt.Println("was running:", f.Reset(0))
	fmt.Println(<-ran)
	fmt.Println("stopped:", f.Stop())

	const period, ticks = 2 * time.Millisecond, 3
	start := time.Now()
	ticker := time.NewTicker(period)
	for range ticks {
		<-ticker.C
	}
	ticker.Stop()
	fmt.Println("ticks came early:", time.Since(start) < ticks*period)
}
