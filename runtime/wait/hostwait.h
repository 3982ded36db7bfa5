/* hostwait.h: channels and select for goroutines of the host (hostwait.c). */
#ifndef GORO_HOSTWAIT_H
#define GORO_HOSTWAIT_H

#include "sched/hostg.h"
#include "wait/select.h"

/* Results of operations.  A receive's handle, and a select's case, are >= 0. */
enum hostresult {
  HOST_CLOSED = -1,
  HOST_PARKED = -2, /* it waits; the host will be told */
  HOST_NONE = -3,   /* a select with default: no case is ready */
  HOST_CANCELLED = -4,
};

/* Send the agent's out.val, or receive into it.  block: wait, as slot. */
int32_t goro__host_send(struct hchan *c, bool block, uint32_t slot);
int32_t goro__host_recv(struct hchan *c, bool block, uint32_t slot);

/* A select's cases and their values.  The host fills in c, send and the values
 * of those that send. */
struct hostsel {
  struct hostsel *link; /* free list */
  uint32_t size;        /* the list's number: there is room for 8 << size */
  uint32_t n;
  uint32_t norder;      /* cases with a channel */
  union hostval *vals;  /* as many, behind the cases */
  struct scase cases[]; /* 8 << size of them */
};

/* The frame for the next select, with room for n cases. */
struct hostsel *goro__hostsel(uint32_t n);
/* Run the select in it. */
int32_t goro__host_select(uint32_t n, bool block, uint32_t slot);

/* gp's send, receive or select is over: its result. */
int32_t goro__host_woken(struct g *gp);

#endif
