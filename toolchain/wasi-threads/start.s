# What C cannot say of starting and ending a thread: it touches the globals of
# the instance, and the stack that is being left.  struct block is thread.c's.

	.globaltype	__stack_pointer, i32
	.globaltype	__tls_base, i32
	.functype	__wasm_init_tls (i32) -> ()
	.functype	__wt_thread_main (i32, i32) -> (i32)

# void __wt_init_tls(void *tls): fills the thread-locals of a thread to be.
# __wasm_init_tls leaves them behind as the caller's own, so this one's are put
# back.
	.section	.text.__wt_init_tls,"",@
	.hidden	__wt_init_tls
	.globl	__wt_init_tls
	.type	__wt_init_tls,@function
__wt_init_tls:
	.functype	__wt_init_tls (i32) -> ()
	.local	i32
	global.get	__tls_base
	local.set	1
	local.get	0
	call	__wasm_init_tls
	local.get	1
	global.set	__tls_base
	end_function

# void wasi_thread_start(int tid, struct block *b): where a thread begins, with
# b->sp and b->tls.  At the end it says b->done and wakes who joins: whoever
# sees that may free b with the stack in it, so nothing here touches memory
# afterwards.
	.section	.text.wasi_thread_start,"",@
	.export_name	wasi_thread_start, wasi_thread_start
	.globl	wasi_thread_start
	.type	wasi_thread_start,@function
wasi_thread_start:
	.functype	wasi_thread_start (i32, i32) -> ()
	local.get	1
	i32.load	0
	global.set	__stack_pointer
	local.get	1
	i32.load	4
	global.set	__tls_base
	local.get	0
	local.get	1
	call	__wt_thread_main
	local.tee	1
	i32.const	1
	i32.atomic.store	0
	local.get	1
	i32.const	-1
	memory.atomic.notify	0
	drop
	end_function
