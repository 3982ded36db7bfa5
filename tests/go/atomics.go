// Every operation of sync/atomic, in the middle and at the ends of each type,
// and counters that many goroutines change.
package main

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"unsafe"
)

func signed32(start, x int32) {
	v := start
	fmt.Print("int32 ", atomic.AddInt32(&v, x), " ", atomic.SwapInt32(&v, start))
	fmt.Print(" ", atomic.AndInt32(&v, x), " ", atomic.LoadInt32(&v))
	fmt.Print(" ", atomic.OrInt32(&v, start), " ", atomic.LoadInt32(&v))
	atomic.StoreInt32(&v, x)
	fmt.Print(" ", atomic.CompareAndSwapInt32(&v, x^1, start), " ", v)
	fmt.Println("", atomic.CompareAndSwapInt32(&v, x, start), v)
}

func unsigned32(start, x uint32) {
	v := start
	fmt.Print("uint32 ", atomic.AddUint32(&v, x), " ", atomic.SwapUint32(&v, start))
	fmt.Print(" ", atomic.AndUint32(&v, x), " ", atomic.LoadUint32(&v))
	fmt.Print(" ", atomic.OrUint32(&v, start), " ", atomic.LoadUint32(&v))
	atomic.StoreUint32(&v, x)
	fmt.Print(" ", atomic.CompareAndSwapUint32(&v, x^1, start), " ", v)
	fmt.Println("", atomic.CompareAndSwapUint32(&v, x, start), v)
}

func signed64(start, x int64) {
	v := start
	fmt.Print("int64 ", atomic.AddInt64(&v, x), " ", atomic.SwapInt64(&v, start))
	fmt.Print(" ", atomic.AndInt64(&v, x), " ", atomic.LoadInt64(&v))
	fmt.Print(" ", atomic.OrInt64(&v, start), " ", atomic.LoadInt64(&v))
	atomic.StoreInt64(&v, x)
	fmt.Print(" ", atomic.CompareAndSwapInt64(&v, x^1, start), " ", v)
	fmt.Println("", atomic.CompareAndSwapInt64(&v, x, start), v)
}

func unsigned64(start, x uint64) {
	v := start
	fmt.Print("uint64 ", atomic.AddUint64(&v, x), " ", atomic.SwapUint64(&v, start))
	fmt.Print(" ", atomic.AndUint64(&v, x), " ", atomic.LoadUint64(&v))
	fmt.Print(" ", atomic.OrUint64(&v, start), " ", atomic.LoadUint64(&v))
	atomic.StoreUint64(&v, x)
	fmt.Print(" ", atomic.CompareAndSwapUint64(&v, x^1, start), " ", v)
	fmt.Println("", atomic.CompareAndSwapUint64(&v, x, start), v)
}

// Small numbers: a uintptr has 32 or 64 bits.
func words(start, x uintptr) {
	v := start
	fmt.Print("uintptr ", atomic.AddUintptr(&v, x), " ", atomic.SwapUintptr(&v, start))
	fmt.Print(" ", atomic.AndUintptr(&v, x), " ", atomic.LoadUintptr(&v))
	fmt.Print(" ", atomic.OrUintptr(&v, start), " ", atomic.LoadUintptr(&v))
	atomic.StoreUintptr(&v, x)
	fmt.Print(" ", atomic.CompareAndSwapUintptr(&v, x^1, start), " ", v)
	fmt.Println("", atomic.CompareAndSwapUintptr(&v, x, start), v)
}

func pointers() {
	var a, b int
	var p unsafe.Pointer
	pa, pb := unsafe.Pointer(&a), unsafe.Pointer(&b)
	fmt.Print("pointer ", atomic.LoadPointer(&p) == nil)
	atomic.StorePointer(&p, pa)
	fmt.Print(" ", atomic.SwapPointer(&p, pb) == pa)
	fmt.Print(" ", atomic.CompareAndSwapPointer(&p, pa, nil))
	fmt.Println("", atomic.CompareAndSwapPointer(&p, pb, nil), p == nil)
}

const (
	workers = 10
	rounds  = 1000
)

var (
	added, swapped uint32
	wide           int64
	bits           uint64
)

func hammer(i int) {
	for range rounds {
		atomic.AddUint32(&added, 1)
		atomic.AddInt64(&wide, 1<<31+1)
		for {
			old := atomic.LoadUint32(&swapped)
			if atomic.CompareAndSwapUint32(&swapped, old, old+1) {
				break
			}
		}
	}
	atomic.OrUint64(&bits, 1<<(6*i))
	atomic.AndUint64(&bits, ^uint64(2<<(6*i)))
}

func main() {
	for _, x := range []int32{0, 1, -1, math.MaxInt32, math.MinInt32} {
		signed32(math.MaxInt32-5, x)
		signed32(-6, x)
		unsigned32(math.MaxUint32-5, uint32(x))
	}
	for _, x := range []int64{0, 1, -1, 1 << 32, math.MaxInt64, math.MinInt64} {
		signed64(math.MaxInt64-5, x)
		signed64(-6, x)
		unsigned64(math.MaxUint64-5, uint64(x))
	}
	words(5, 3)
	pointers()
	bits = math.MaxUint64
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() { hammer(i) })
	}
	wg.Wait()
	fmt.Println(added, swapped, wide, bits)
}
