/*
 * The schedule of key fetches.  Pure: events and the time are arguments.
 *
 * All times are milliseconds of one monotonic clock, all intervals
 * milliseconds.
 */

#ifndef NJWT_REFRESH_H
#define NJWT_REFRESH_H


#include "njwt.h"


typedef struct {
    uint64_t  refresh;      /* between background fetches */
    uint64_t  cooldown;     /* between fetches for unknown kids */
    uint64_t  timeout;      /* of one fetch */
} njwt_refresh_conf_t;

/* zeroed: nothing was ever fetched, and a fetch is due */
typedef struct {
    uint64_t  due;          /* no scheduled fetch before this time */
    uint64_t  cool;         /* no fetch for a kid before this time */
    uint64_t  begun;        /* when the fetch in flight began */
    uint32_t  failures;     /* in a row */
    bool      in_flight;
    bool      fetched;      /* successfully, at least once */
} njwt_refresh_t;


/*
 * Is a fetch in flight?  One that has run for longer than allowed is not: its
 * worker was killed.
 */
bool njwt_refresh_in_flight(const njwt_refresh_conf_t *conf,
    const njwt_refresh_t *state, uint64_t now);

/*
 * Should a fetch begin now?  wanted: since the last one began, a token with an
 * unknown kid has arrived.
 */
bool njwt_refresh_due(const njwt_refresh_conf_t *conf,
    const njwt_refresh_t *state, bool wanted, uint64_t now);

/* The longest time until a fetch begins: 0 when one is in flight or due. */
uint64_t njwt_refresh_delay(const njwt_refresh_conf_t *conf,
    const njwt_refresh_t *state, bool wanted, uint64_t now);

/*
 * Records that a fetch begins, before it does: if the worker dies meanwhile,
 * the next attempt isn't made at once.
 */
void njwt_refresh_begin(const njwt_refresh_conf_t *conf,
    njwt_refresh_t *state, uint64_t now);

/*
 * Records a successful fetch.  chance is a random number from 0 to 1: the next
 * fetch follows after the refresh interval, plus or minus ten per cent; after
 * the first one, after a random tenth to the whole of it, so that hosts that
 * start together spread their fetches.
 */
void njwt_refresh_succeeded(const njwt_refresh_conf_t *conf,
    njwt_refresh_t *state, double chance, uint64_t now);

/*
 * Records a failed fetch.  The next one follows after a second, then twice as
 * long each time, up to the refresh interval, or to the cooldown while there
 * are no keys.
 */
void njwt_refresh_failed(const njwt_refresh_conf_t *conf,
    njwt_refresh_t *state, bool keys_held, uint64_t now);

/*
 * Honours a Retry-After of so many milliseconds, up to the refresh interval,
 * or to the cooldown while there are no keys: no scheduled fetch earlier.  To
 * be called after njwt_refresh_failed().
 */
void njwt_refresh_postpone(const njwt_refresh_conf_t *conf,
    njwt_refresh_t *state, bool keys_held, uint64_t wait, uint64_t now);

/*
 * Continues from the state of an earlier configuration: what that scheduled
 * with longer intervals is moved within these.
 */
void njwt_refresh_recover(const njwt_refresh_conf_t *conf,
    njwt_refresh_t *state, uint64_t now);

/*
 * Records that a worker that exits has given up its fetch: this says nothing
 * about the source, and another worker may begin at once.
 */
void njwt_refresh_abandoned(njwt_refresh_t *state, uint64_t now);

/*
 * The age of keys in seconds, from how long ago they were fetched by the wall
 * clock and by the monotonic one.  The wall clock goes on while a machine
 * sleeps, and may be set back; another worker's may be ahead of ours.  The
 * longer time counts, and a negative one counts as zero.
 */
uint64_t njwt_refresh_age(int64_t wall, int64_t steady);

/*
 * Are keys of that age young enough to serve?  By jwks_stale in milliseconds.
 */
bool njwt_refresh_serves(int64_t age, uint64_t stale);

/*
 * The milliseconds of a Retry-After that lies so many seconds ahead: 0 if it
 * lies in the past, at most a day.
 */
uint64_t njwt_refresh_retry_after(int64_t seconds);

/*
 * By how many seconds is the clock ahead that wrote a "Date"?  age is the
 * number of seconds between the "Date" and the answer (as a cache reports it);
 * begun and ended are the times of the fetch by our clock, within which no
 * difference can be seen.
 */
int64_t njwt_refresh_skew(int64_t date, int64_t age, int64_t begun,
    int64_t ended);


#endif /* NJWT_REFRESH_H */
