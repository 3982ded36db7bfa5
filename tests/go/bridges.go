// An asynchronous message producer as a chain of goroutines:
//
//	feed -> dispatcher -> topic -> partition -> broker -> results
//	            ^--------- retry queue <----------'
//
// A message that the broker refuses goes round again, up to three times.  The
// retry queue takes whatever comes, so that the ring cannot block itself.  To
// shut down, wait until no message is under way, then close the chain from its
// beginning; each goroutine passes the close on.
package main

import (
	"fmt"
	"sort"
	"sync"
)

const topics, partitions, maxAttempts, messages = 2, 2, 3, 30

type message struct {
	id, attempts int
	delivered    bool
}

type producer struct {
	input, retries, broker, results chan message
	inFlight                        sync.WaitGroup
	senders                         sync.WaitGroup // to broker
}

// split passes each message on to one of n new goroutines.
func split(in <-chan message, n int, to func(message) int, run func(<-chan message)) {
	out := make([]chan message, n)
	for i := range out {
		out[i] = make(chan message)
		go run(out[i])
	}
	for m := range in {
		out[to(m)] <- m
	}
	for i := range out {
		close(out[i])
	}
}

func (p *producer) dispatcher() {
	split(p.input, topics, func(m message) int { return m.id % topics }, p.topic)
}

func (p *producer) topic(in <-chan message) {
	split(in, partitions, func(m message) int { return m.id / topics % partitions }, p.partition)
}

func (p *producer) partition(in <-chan message) {
	for m := range in {
		p.broker <- m
	}
	p.senders.Done()
}

// accepts: every fifth message at the second attempt, every seventh never.
func accepts(m message) bool {
	return m.id%7 != 0 && (m.id%5 != 0 || m.attempts > 1)
}

func (p *producer) runBroker() {
	for m := range p.broker {
		m.attempts++
		m.delivered = accepts(m)
		if m.delivered || m.attempts == maxAttempts {
			p.results <- m
			p.inFlight.Done()
		} else {
			p.retries <- m
		}
	}
	close(p.retries)
	close(p.results)
}

func (p *producer) retryQueue() {
	var queue []message
	for {
		var out chan message // nil: nothing to send
		var first message
		if len(queue) > 0 {
			out, first = p.input, queue[0]
		}
		select {
		case m, ok := <-p.retries:
			if !ok {
				return
			}
			queue = append(queue, m)
		case out <- first:
			queue = queue[1:]
		}
	}
}

func (p *producer) feed() {
	for id := 1; id <= messages; id++ {
		p.inFlight.Add(1)
		p.input <- message{id: id}
	}
	p.inFlight.Wait()
	close(p.input)
	p.senders.Wait()
	close(p.broker)
}

func main() {
	p := &producer{
		input: make(chan message), retries: make(chan message),
		broker: make(chan message), results: make(chan message),
	}
	p.senders.Add(topics * partitions)
	go p.dispatcher()
	go p.runBroker()
	go p.retryQueue()
	go p.feed()
	var all []message
	for m := range p.results {
		all = append(all, m)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].id < all[j].id })
	for _, m := range all {
		fmt.Printf("message %d: attempts %d, delivered %v\n", m.id, m.attempts, m.delivered)
	}
}
