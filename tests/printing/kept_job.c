/* Keeps the job that Gutenprint's backend made for the head: it converts what its filter wrote while it parses it, and in
 * its test mode throws the result away. A block that begins like a job is written to a file when it is freed. */
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

extern void __libc_free(void *block);

void free(void *block) {
    const char *file = getenv("KEPT_JOB");
    const unsigned char *bytes = block;
    if (block && file && malloc_usable_size(block) > 500000 && bytes[0] == 5 && bytes[63] == 5 && bytes[64] == 1) {
        int out = open(file, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (out < 0 || write(out, block, malloc_usable_size(block)) < 0) abort();
        close(out);
    }
    __libc_free(block);
}
