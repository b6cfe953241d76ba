// The few calls of MPI that metalr needs, without MPI's types: Swift cannot import its handles, which are macros.
// Every function returns 0, or an error code of MPI for mpi_shim_error. All are for the thread that began.
#pragma once
#include <stdint.h>

// 1 when built with MPI; otherwise every other function fails.
int mpi_shim_is_built(void);
int mpi_shim_begin(int *rank, int *ranks, int *ranks_of_node);
int mpi_shim_end(void);
// Begins to send; `bytes` must stay where they are until mpi_shim_is_sent has said 1.
int mpi_shim_send(const void *bytes, int count, int to, int slot);
int mpi_shim_is_sent(int slot, int *is_sent);
// Whether a message of `from` is there, and how long it is.
int mpi_shim_probe(int from, int *is_there, int *count);
int mpi_shim_receive(void *bytes, int count, int from);
const char *mpi_shim_error(int code);

// Sends to so many ranks may be under way at once.
enum { mpi_shim_slots = 4096 };
