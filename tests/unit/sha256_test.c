/* sha256_test.c: the digest that sumtree prints.
 * test: flags -Iwasi/examples wasi/examples/sha256.c */
#include "unit.h"

#include "sha256.h"

/* The digest of n bytes at data, added in pieces of at most `piece`, in
 * hexadecimal. */
static const char *digest(const void *data, size_t n, size_t piece) {
  static char hex[2 * SHA256_SIZE + 1];
  const uint8_t *p = data;
  uint8_t sum[SHA256_SIZE];
  struct sha256 h;
  sha256_init(&h);
  for (size_t k; n > 0; p += k, n -= k) {
    k = n < piece ? n : piece;
    sha256_update(&h, p, k);
  }
  sha256_final(&h, sum);
  for (int i = 0; i < SHA256_SIZE; i++) {
    hex[2 * i] = "0123456789abcdef"[sum[i] >> 4];
    hex[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
  }
  return hex;
}

/* The examples of FIPS 180-2 appendix B and of NIST's test vectors. */
static const struct vector {
  const char *message, *digest;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
     "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
     "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

static void test_vectors(void) {
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    const struct vector *v = &vectors[i];
    CHECK(strcmp(digest(v->message, strlen(v->message), 1000), v->digest) == 0);
  }
}

/* A million times "a": the last of the standard's examples. */
static void test_million(void) {
  static char a[1000000];
  memset(a, 'a', sizeof a);
  CHECK(strcmp(digest(a, sizeof a, 65536),
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd"
               "0") == 0);
}

/* However the bytes come in, and around every length at which the padding
 * takes another shape. */
static void test_pieces(void) {
  char data[200], whole[2 * SHA256_SIZE + 1];
  for (size_t i = 0; i < sizeof data; i++) data[i] = (char)(i * 7);
  for (size_t n = 0; n <= sizeof data; n++) {
    strcpy(whole, digest(data, n, sizeof data));
    for (size_t piece = 1; piece < 130; piece++)
      CHECK(strcmp(digest(data, n, piece), whole) == 0);
  }
}

/* sha256sum's word on n times "x", n at the edges of a block. */
static void test_padding(void) {
  static const struct {
    size_t n;
    const char *digest;
  } edges[] = {
      {55, "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072"},
      {56, "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e"},
      {57, "ae14a2563ccf969d99aca69ce6bb74981f734bbf9f655f73b8f06db68cab5217"},
      {63, "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2"},
      {64, "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c"},
      {65, "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9"},
      {119, "000b48d4edf0fa7bee3c6236ecd2785baa5db4eeb8bb54341b029e0d9fa5fb0c"},
      {120, "13f05a0b594787f5ecd315edc96141bd3243203d1b7d4f0836f37308b276ba98"},
      {128, "24da1b81d0b16df6428eee73c69fcb2a93c76bc6df706f0c6670fe6bfe800464"},
  };
  char x[128];
  memset(x, 'x', sizeof x);
  for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
    CHECK(strcmp(digest(x, edges[i].n, 128), edges[i].digest) == 0);
}

int main(void) {
  test_vectors();
  test_million();
  test_pieces();
  test_padding();
  return unit_pass();
}
