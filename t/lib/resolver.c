/*
 * Lets a test decide what a name resolves to, and when.
 *
 * Preloaded, it answers for names that end in ".test" from the file that
 * NJWT_RESOLVER names.  Each of its lines is
 *
 *     NAME SECONDS ADDRESS
 *
 * where "-" is no address: the name doesn't resolve.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


typedef int (*resolver_pt)(const char *, const char *,
    const struct addrinfo *, struct addrinfo **);


static char  resolver_file[1024];


/* nginx gives its workers another environment */

__attribute__((constructor))
static void
resolver_init(void)
{
    const char  *file;

    file = getenv("NJWT_RESOLVER");

    if (file != NULL) {
        snprintf(resolver_file, sizeof(resolver_file), "%s", file);
    }
}


static int
resolver_find(const char *name, double *seconds, char address[64])
{
    int    found;
    char   line_name[256];
    FILE  *in;

    in = fopen(resolver_file, "r");
    if (in == NULL) {
        return 0;
    }

    found = 0;

    while (!found
           && fscanf(in, "%255s %lf %63s", line_name, seconds, address) == 3)
    {
        found = strcmp(line_name, name) == 0;
    }

    fclose(in);

    return found;
}


int
getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **result)
{
    char         address[64];
    size_t       len;
    double       seconds;
    resolver_pt  real;

    real = (resolver_pt) dlsym(RTLD_NEXT, "getaddrinfo");
    len = (name != NULL) ? strlen(name) : 0;

    if (len < 5 || strcmp(name + len - 5, ".test") != 0) {
        return real(name, service, hints, result);
    }

    if (!resolver_find(name, &seconds, address)) {
        return EAI_NONAME;
    }

    usleep((useconds_t) (seconds * 1e6));

    return strcmp(address, "-") == 0 ? EAI_NONAME
                                     : real(address, service, hints, result);
}
