/* Times ecCodes' own decoding or encoding of the messages of a file, on one thread, without reading or writing files.
 *   eccodes-peer decode FILE    values of every message, as double
 *   eccodes-peer encode FILE    every message again from its own values, in its own packing and bits
 * Prints "ready", then for each line on standard input does the work once and prints the milliseconds it took. */
#include <eccodes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_MESSAGES = 64 };

static void check(int error, const char *what)
{
    if (error == CODES_SUCCESS) return;
    fprintf(stderr, "%s: %s\n", what, codes_get_error_message(error));
    exit(1);
}

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

int main(int count, char **arguments)
{
    codes_handle *handles[MOST_MESSAGES];
    double *values[MOST_MESSAGES];
    size_t points[MOST_MESSAGES];
    char line[16];
    int messages = 0, error = 0;
    const int encodes = count == 3 && strcmp(arguments[1], "encode") == 0;
    FILE *file = count == 3 ? fopen(arguments[2], "rb") : NULL;

    if (file == NULL) {
        fprintf(stderr, "usage: eccodes-peer decode|encode FILE\n");
        return 2;
    }
    while (messages < MOST_MESSAGES && (handles[messages] = codes_handle_new_from_file(NULL, file, PRODUCT_GRIB, &error)) != NULL) {
        check(codes_get_size(handles[messages], "values", &points[messages]), "size");
        values[messages] = malloc(points[messages] * sizeof(double));
        check(codes_get_double_array(handles[messages], "values", values[messages], &points[messages]), "decode");
        messages++;
    }
    check(error, "read");
    fclose(file);
    printf("ready\n");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        const double start = milliseconds();
        for (int i = 0; i < messages; i++) {
            if (encodes) {
                const void *bytes;
                size_t length;
                check(codes_set_double_array(handles[i], "values", values[i], points[i]), "encode");
                check(codes_get_message(handles[i], &bytes, &length), "message");
            } else {
                check(codes_get_double_array(handles[i], "values", values[i], &points[i]), "decode");
            }
        }
        printf("%.6f\n", milliseconds() - start);
        fflush(stdout);
    }
    return 0;
}
