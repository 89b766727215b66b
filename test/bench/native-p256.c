/*
 * The limit on this machine: a key pair and a shared secret on P-256 by OpenSSL 3, called from C. Reads nothing; prints
 * nanoseconds of one of each, best of many. The point of the other side was looked at before: it is not counted. Opened at run time, so that it needs no headers.
 * cc -O2 native-p256.c -ldl && ./a.out
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

typedef void *(*generate)(void *, const char *, const char *, ...);
typedef void *(*context)(void *, void *);
typedef int (*begin)(void *);
typedef int (*set_peer)(void *, void *, int);
typedef int (*derive)(void *, unsigned char *, size_t *);
typedef void (*release)(void *);

#define BATCH 20

int main(void) {
  void *crypto = dlopen("libcrypto.so.3", RTLD_NOW);
  if (crypto == NULL) crypto = dlopen("libcrypto.3.dylib", RTLD_NOW);
  if (crypto == NULL) return 1;
  generate keygen = (generate)dlsym(crypto, "EVP_PKEY_Q_keygen");
  context new_context = (context)dlsym(crypto, "EVP_PKEY_CTX_new");
  begin derive_init = (begin)dlsym(crypto, "EVP_PKEY_derive_init");
  set_peer derive_set_peer = (set_peer)dlsym(crypto, "EVP_PKEY_derive_set_peer_ex");
  derive derive_secret = (derive)dlsym(crypto, "EVP_PKEY_derive");
  release free_key = (release)dlsym(crypto, "EVP_PKEY_free");
  release free_context = (release)dlsym(crypto, "EVP_PKEY_CTX_free");
  if (!keygen || !new_context || !derive_init || !derive_set_peer || !derive_secret || !free_key || !free_context)
    return 1;
  void *peer = keygen(NULL, NULL, "EC", "P-256");
  if (peer == NULL) return 1;
  double best = 1e12;
  unsigned sum = 0;
  for (int round = 0; round < 30; round++) {
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int i = 0; i < BATCH; i++) {
      unsigned char secret[32];
      size_t length = sizeof secret;
      void *own = keygen(NULL, NULL, "EC", "P-256");
      void *with = own == NULL ? NULL : new_context(own, NULL);
      if (with == NULL || derive_init(with) != 1 || derive_set_peer(with, peer, 0) != 1) return 1;
      if (derive_secret(with, secret, &length) != 1) return 1;
      sum += secret[0];
      free_context(with);
      free_key(own);
    }
    clock_gettime(CLOCK_MONOTONIC, &b);
    double ns = ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / BATCH;
    if (ns < best) best = ns;
  }
  printf("%f %u\n", best, sum);
  return 0;
}
