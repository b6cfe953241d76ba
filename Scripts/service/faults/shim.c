// Faults of disk and clock for a program that this library is preloaded into: cc -shared -fPIC -o shim.so shim.c
//
// FAULT_CONTROL names a file of one `struct control`, which shim.py writes while the program runs. Only files whose
// path begins with FAULT_PATH have faults.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum fault { NONE, FULL, FAILED_WRITE, FAILED_SYNC, HUNG };

struct control {
  int32_t fault;
  // Calls that a fault was given to.
  int32_t hits;
  // Seconds that the clock of the day is ahead.
  int64_t ahead;
};

static volatile struct control *control;
static const char *root;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("FAULT_CONTROL");
  root = getenv("FAULT_PATH");
  int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *page = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (page != MAP_FAILED) control = page;
}

static int concerns(int file) {
  char link[32], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0 || !root) return 0;
  path[length] = 0;
  return strncmp(path, root, strlen(root)) == 0;
}

// The error that a write or a sync of a file shall have; 0 for none.
static int error_of(int file, int is_sync) {
  if (!control || control->fault == NONE || !concerns(file)) return 0;
  int fault = control->fault;
  if (fault == HUNG && is_sync) {
    __sync_fetch_and_add(&control->hits, 1);
    while (control->fault == HUNG) usleep(10000);
    return 0;
  }
  int error = fault == FULL && !is_sync ? ENOSPC
    : (fault == FAILED_WRITE && !is_sync) || (fault == FAILED_SYNC && is_sync) ? EIO : 0;
  if (error) __sync_fetch_and_add(&control->hits, 1);
  return error;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL(file, is_sync) \
  do { \
    int error = error_of(file, is_sync); \
    if (error) { \
      errno = error; \
      return -1; \
    } \
  } while (0)

ssize_t write(int file, const void *bytes, size_t count) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) real = REAL(write);
  FAIL(file, 0);
  return real(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off_t);
  if (!real) real = REAL(pwrite);
  FAIL(file, 0);
  return real(file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (!real) real = REAL(pwrite64);
  FAIL(file, 0);
  return real(file, bytes, count, offset);
}

int fsync(int file) {
  static int (*real)(int);
  if (!real) real = REAL(fsync);
  FAIL(file, 1);
  return real(file);
}

int fdatasync(int file) {
  static int (*real)(int);
  if (!real) real = REAL(fdatasync);
  FAIL(file, 1);
  return real(file);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = REAL(clock_gettime);
  int status = real(clock, time);
  if (control && !status && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += control->ahead;
  return status;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  static int (*real)(struct timeval *restrict, void *restrict);
  if (!real) real = REAL(gettimeofday);
  int status = real(time, zone);
  if (control && !status && time) time->tv_sec += control->ahead;
  return status;
}
