/*
 * Stands in for libFuzzer: runs a fuzzer's target once with each file that is
 * given.
 */

#include "fuzz.h"


int
main(int argc, char **argv)
{
    int       i;
    FILE     *in;
    size_t    len;
    uint8_t  *data;

    static uint8_t  buffer[1 << 20];

    for (i = 1; i < argc; i++) {
        in = fopen(argv[i], "rb");

        if (in == NULL) {
            perror(argv[i]);
            return 1;
        }

        len = fread(buffer, 1, sizeof(buffer), in);
        fclose(in);

        /* of exactly that size */
        data = malloc(len);
        must(data != NULL || len == 0);

        if (len > 0) {
            memcpy(data, buffer, len);
        }

        fprintf(stderr, "%s\n", argv[i]);
        (void) LLVMFuzzerTestOneInput(data, len);
        free(data);
    }

    printf("%d inputs\n", argc - 1);

    return argc > 1 ? 0 : 1;
}
