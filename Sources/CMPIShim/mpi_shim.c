#include "mpi_shim.h"

#ifdef HAVE_MPI
#include <mpi.h>

static MPI_Request requests[mpi_shim_slots];
static const int tag = 0x6d6c;

int mpi_shim_is_built(void) { return 1; }

int mpi_shim_begin(int *rank, int *ranks, int *ranks_of_node) {
  int provided = 0;
  // Worker threads never call MPI.
  int code = MPI_Init_thread(0, 0, MPI_THREAD_FUNNELED, &provided);
  if (code) return code;
  // A failed call is answered with its code, for an error that says what to do.
  if ((code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN))) return code;
  if ((code = MPI_Comm_rank(MPI_COMM_WORLD, rank))) return code;
  if ((code = MPI_Comm_size(MPI_COMM_WORLD, ranks))) return code;
  MPI_Comm node;
  code = MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, *rank, MPI_INFO_NULL, &node);
  if (code) return code;
  if ((code = MPI_Comm_size(node, ranks_of_node))) return code;
  return MPI_Comm_free(&node);
}

int mpi_shim_end(void) { return MPI_Finalize(); }

int mpi_shim_send(const void *bytes, int count, int to, int slot) {
  return MPI_Isend(bytes, count, MPI_BYTE, to, tag, MPI_COMM_WORLD, &requests[slot]);
}

int mpi_shim_is_sent(int slot, int *is_sent) {
  return MPI_Test(&requests[slot], is_sent, MPI_STATUS_IGNORE);
}

int mpi_shim_probe(int from, int *is_there, int *count) {
  MPI_Status status;
  int code = MPI_Iprobe(from, tag, MPI_COMM_WORLD, is_there, &status);
  if (code || !*is_there) return code;
  return MPI_Get_count(&status, MPI_BYTE, count);
}

int mpi_shim_receive(void *bytes, int count, int from) {
  return MPI_Recv(bytes, count, MPI_BYTE, from, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

const char *mpi_shim_error(int code) {
  static char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  return MPI_Error_string(code, text, &length) ? "unknown error" : text;
}

#else

int mpi_shim_is_built(void) { return 0; }
int mpi_shim_begin(int *rank, int *ranks, int *ranks_of_node) {
  (void)rank, (void)ranks, (void)ranks_of_node;
  return -1;
}
int mpi_shim_end(void) { return -1; }
int mpi_shim_send(const void *bytes, int count, int to, int slot) {
  (void)bytes, (void)count, (void)to, (void)slot;
  return -1;
}
int mpi_shim_is_sent(int slot, int *is_sent) {
  (void)slot, (void)is_sent;
  return -1;
}
int mpi_shim_probe(int from, int *is_there, int *count) {
  (void)from, (void)is_there, (void)count;
  return -1;
}
int mpi_shim_receive(void *bytes, int count, int from) {
  (void)bytes, (void)count, (void)from;
  return -1;
}
const char *mpi_shim_error(int code) {
  (void)code;
  return "built without MPI";
}

#endif
