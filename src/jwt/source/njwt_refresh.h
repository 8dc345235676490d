/*
 * When are keys fetched next?  Pure: what happened, and the time, are given.
 *
 * All times are milliseconds of one monotonic clock, all intervals
 * milliseconds.
 */

#ifndef NJWT_REFRESH_H
#define NJWT_REFRESH_H


#include "njwt.h"


typedef struct {
    uint64_t  refresh;      /* between background fetches */
    uint64_t  cooldown;     /* between fetches because of an unknown kid */
    uint64_t  timeout;      /* of one fetch */
} njwt_refresh_conf_t;

/* zeroed: nothing was ever fetched, and a fetch is due */
typedef struct {
    uint64_t  due;          /* no scheduled fetch before this */
    uint64_t  cool;         /* none for an unknown kid before this */
    uint64_t  begun;        /* when the fetch in flight began */
    uint32_t  failures;     /* in a row */
    bool      in_flight;
    bool      fetched;      /* at least once, successfully */
} njwt_refresh_t;


/*
 * Is a fetch in flight?  One that has run for longer than any may is not: its
 * worker was killed.
 */
bool njwt_refresh_in_flight(const njwt_refresh_conf_t *conf,
    const njwt_refresh_t *state, uint64_t now);

/*
 * Should a fetch begin now?  wanted: a token with a kid that nobody knows was
 * seen since the last one began.
 */
bool njwt_refresh_due(const njwt_refresh_conf_t *conf,
    const njwt_refresh_t *state, bool wanted, uint64_t now);

/*
 * How long until a fetch begins, at most: 0 when one is in flight or due.
 */
uint64_t njwt_refresh_delay(const njwt_refresh_conf_t *conf,
    const njwt_refresh_t *state, bool wanted, uint64_t now);

/*
 * Notes that a fetch begins, before it does: if the worker dies meanwhile,
 * the next one doesn't begin at once.
 */
void njwt_refresh_begin(const njwt_refresh_conf_t *conf,
    njwt_refresh_t *state, uint64_t now);

/*
 * Notes a good fetch.  chance is a random number from 0 to 1: the next one
 * follows after the refresh interval, ten per cent more or less; after the
 * first one, after a random tenth to the whole of it, so that hosts that
 * start together part.
 */
void njwt_refresh_succeeded(const njwt_refresh_conf_t *conf,
    njwt_refresh_t *state, double chance, uint64_t now);

/*
 * Notes a failed fetch.  The next one follows after a second, then twice as
 * long each time, up to the refresh interval, or to the cooldown while no key
 * is held.
 */
void njwt_refresh_failed(const njwt_refresh_conf_t *conf,
    njwt_refresh_t *state, bool keys_held, uint64_t now);

/*
 * Honours a Retry-After of so many milliseconds, up to the refresh interval,
 * or to the cooldown while no key is held: no scheduled fetch before.  After
 * njwt_refresh_failed().
 */
void njwt_refresh_postpone(const njwt_refresh_conf_t *conf,
    njwt_refresh_t *state, bool keys_held, uint64_t wait, uint64_t now);

/*
 * Takes the state over from an earlier configuration: what it scheduled with
 * longer intervals is brought within these.
 */
void njwt_refresh_recover(const njwt_refresh_conf_t *conf,
    njwt_refresh_t *state, uint64_t now);

/*
 * Notes that a fetch was given up by a worker that ends: it tells nothing of
 * the source, and another worker may begin at once.
 */
void njwt_refresh_abandoned(njwt_refresh_t *state, uint64_t now);

/*
 * How old are keys, in seconds?  Given is how long ago they were fetched, by
 * the wall clock and by the steady one.  The wall clock goes on while a
 * machine sleeps, and may be set back; another worker's may be ahead of ours.
 * The longer one counts, and one of less than zero counts as zero.
 */
uint64_t njwt_refresh_age(int64_t wall, int64_t steady);

/* Are keys that old young enough to serve?  By jwks_stale, in milliseconds. */
bool njwt_refresh_serves(int64_t age, uint64_t stale);

/*
 * The milliseconds of a Retry-After that lies so many seconds ahead: 0 where
 * it lies in the past, and at most a day.
 */
uint64_t njwt_refresh_retry_after(int64_t seconds);

/*
 * By how many seconds is the clock ahead that wrote a "Date", age seconds
 * before the answer (what a cache says)?  begun and ended are when the fetch
 * was, by our clock: within them no difference can be seen.
 */
int64_t njwt_refresh_skew(int64_t date, int64_t age, int64_t begun,
    int64_t ended);


#endif /* NJWT_REFRESH_H */
