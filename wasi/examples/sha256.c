/* sha256.c: the SHA-256 digest of FIPS 180-4.  The names of functions and
 * variables are the standard's. */
#include "sha256.h"

#include <string.h>

/* Section 4.2.2: the first 32 bits of the fractional parts of the cube roots
 * of the first 64 primes. */
static const uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotr(uint32_t x, int n) { return x >> n | x << (32 - n); }

static uint32_t load_be32(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
         p[3];
}

static void store_be32(uint8_t *p, uint32_t x) {
  for (int i = 0; i < 4; i++) p[i] = (uint8_t)(x >> (24 - 8 * i));
}

/* Of the message schedule only the last 16 words are kept: W[t] stands in
 * W[t % 16]. */
static uint32_t schedule(uint32_t W[16], int t) {
  uint32_t w15 = W[(t + 1) % 16], w2 = W[(t + 14) % 16];
  uint32_t s0 = rotr(w15, 7) ^ rotr(w15, 18) ^ w15 >> 3;
  uint32_t s1 = rotr(w2, 17) ^ rotr(w2, 19) ^ w2 >> 10;
  return W[t % 16] += s1 + W[(t + 9) % 16] + s0;
}

/* Section 6.2.2, for one block. */
static void compress(uint32_t H[8], const uint8_t *block) {
  uint32_t W[16];
  uint32_t a = H[0], b = H[1], c = H[2], d = H[3];
  uint32_t e = H[4], f = H[5], g = H[6], h = H[7];
  for (int t = 0; t < 64; t++) {
    uint32_t w = t < 16 ? (W[t] = load_be32(block + 4 * t)) : schedule(W, t);
    uint32_t S1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
    uint32_t Ch = (e & f) ^ (~e & g);
    uint32_t T1 = h + S1 + Ch + K[t] + w;
    uint32_t S0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
    uint32_t Maj = (a & b) ^ (a & c) ^ (b & c);
    h = g, g = f, f = e, e = d + T1;
    d = c, c = b, b = a, a = T1 + S0 + Maj;
  }
  H[0] += a, H[1] += b, H[2] += c, H[3] += d;
  H[4] += e, H[5] += f, H[6] += g, H[7] += h;
}

void sha256_init(struct sha256 *h) {
  /* Section 5.3.3: of the square roots of the first eight primes. */
  static const uint32_t H0[8] = {
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  };
  memcpy(h->state, H0, sizeof H0);
  h->length = 0;
}

void sha256_update(struct sha256 *h, const void *data, size_t n) {
  const uint8_t *p = data;
  size_t have = h->length % SHA256_BLOCK;
  h->length += n;
  if (have + n >= SHA256_BLOCK && have > 0) {
    size_t fill = SHA256_BLOCK - have;
    memcpy(h->block + have, p, fill);
    compress(h->state, h->block);
    p += fill, n -= fill, have = 0;
  }
  for (; have + n >= SHA256_BLOCK; p += SHA256_BLOCK, n -= SHA256_BLOCK)
    compress(h->state, p);
  if (n > 0) memcpy(h->block + have, p, n);
}

void sha256_final(struct sha256 *h, uint8_t sum[SHA256_SIZE]) {
  static const uint8_t padding[SHA256_BLOCK] = {0x80};
  uint64_t bits = h->length * 8;
  size_t have = h->length % SHA256_BLOCK;
  uint8_t length[8];
  store_be32(length, (uint32_t)(bits >> 32));
  store_be32(length + 4, (uint32_t)bits);
  /* At least one byte, up to 8 bytes before the end of a block. */
  sha256_update(h, padding, (have < 56 ? 56 : 120) - have);
  sha256_update(h, length, sizeof length);
  for (int i = 0; i < 8; i++) store_be32(sum + 4 * i, h->state[i]);
}
