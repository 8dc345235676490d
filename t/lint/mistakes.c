/*
 * Mistakes that each analyser of make analyse must find.
 *
 * (cppcheck and gcc once skipped files that include nginx's headers, and
 * said nothing.)
 */

#include "ngx_http_jwt.h"


int ngx_http_jwt_mistakes(int n, char **where);


int
ngx_http_jwt_mistakes(int n, char **where)
{
    char  *p, four[4];

    p = malloc(4);

    if (p == NULL) {
        return 0;
    }

    p[0] = 1;
    four[0] = 0;
    *where = p;

    if (n == 1) {
        four[5] = 1;
        free(p);
    }

    free(p);

    return four[n];
}
