/* sha256.h: the SHA-256 digest of FIPS 180-4.
 *
 *     struct sha256 h;
 *     uint8_t sum[SHA256_SIZE];
 *     sha256_init(&h);
 *     sha256_update(&h, "abc", 3);
 *     sha256_final(&h, sum);
 */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32, SHA256_BLOCK = 64 }; /* bytes */

struct sha256 {
  uint32_t state[8];
  uint64_t length;             /* bytes so far */
  uint8_t block[SHA256_BLOCK]; /* the last length % SHA256_BLOCK of them */
};

/* Begin a digest. */
void sha256_init(struct sha256 *h);

/* Add n bytes. */
void sha256_update(struct sha256 *h, const void *data, size_t n);

/* The digest of all bytes added; h must be begun again after it. */
void sha256_final(struct sha256 *h, uint8_t sum[SHA256_SIZE]);

#endif
