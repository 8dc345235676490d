/*
 * Default values of settings, for the configuration and for jwt-explain.
 * Times are in seconds.
 */

#ifndef NJWT_DEFAULTS_H
#define NJWT_DEFAULTS_H


/* of a jwt_issuer block; the default of algorithms is RS256 */
#define NJWT_DEFAULT_LEEWAY           5
#define NJWT_DEFAULT_JWKS_REFRESH     600
#define NJWT_DEFAULT_JWKS_COOLDOWN    30
#define NJWT_DEFAULT_JWKS_WAIT        2
#define NJWT_DEFAULT_JWKS_TIMEOUT     5
#define NJWT_DEFAULT_JWKS_STALE       86400
#define NJWT_DEFAULT_JWKS_MAX_SIZE    (256 * 1024)
#define NJWT_DEFAULT_REVOCATION_KEEP  86400

/* of a location */
#define NJWT_DEFAULT_MAX_TOKEN_SIZE   8192

/* jwt_dpop_lifetime; the default of jwt_dpop_algorithms is ES256 */
#define NJWT_DEFAULT_DPOP_LIFETIME    300
#define NJWT_DEFAULT_DPOP_AHEAD       30


#endif /* NJWT_DEFAULTS_H */
