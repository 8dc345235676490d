/*
 * The schedule of key fetches.
 */

#include "njwt_refresh.h"


/* the first wait after a failure */
#define NJWT_REFRESH_BACKOFF  1000

/* a fetch that exceeds its timeout by this much is considered dead */
#define NJWT_REFRESH_GRACE    1000

/*
 * how far another worker's clock may be ahead of one in a long event loop turn
 */
#define NJWT_REFRESH_LAG      60000

/* a Retry-After of a day, in seconds, exceeds every interval used */
#define NJWT_REFRESH_LONGEST  86400


bool
njwt_refresh_in_flight(const njwt_refresh_conf_t *conf,
    const njwt_refresh_t *state, uint64_t now)
{
    if (!state->in_flight) {
        return false;
    }

    /*
     * Each worker updates its clock once per turn of its event loop: a time
     * from another worker may lie ahead, by as long as this turn has lasted.
     */

    if (state->begun > now) {
        return state->begun - now < NJWT_REFRESH_LAG;
    }

    return now - state->begun < conf->timeout + NJWT_REFRESH_GRACE;
}


bool
njwt_refresh_due(const njwt_refresh_conf_t *conf, const njwt_refresh_t *state,
    bool wanted, uint64_t now)
{
    if (njwt_refresh_in_flight(conf, state, now)) {
        return false;
    }

    return now >= state->due || (wanted && now >= state->cool);
}


uint64_t
njwt_refresh_delay(const njwt_refresh_conf_t *conf,
    const njwt_refresh_t *state, bool wanted, uint64_t now)
{
    uint64_t  next;

    if (njwt_refresh_in_flight(conf, state, now)) {
        return 0;
    }

    next = state->due;

    if (wanted && state->cool < next) {
        next = state->cool;
    }

    return (next > now) ? next - now : 0;
}


void
njwt_refresh_begin(const njwt_refresh_conf_t *conf, njwt_refresh_t *state,
    uint64_t now)
{
    /* only a fetch that wasn't scheduled starts the cooldown */

    if (now < state->due) {
        state->cool = now + conf->cooldown;
    }

    state->begun = now;
    state->in_flight = true;
}


void
njwt_refresh_succeeded(const njwt_refresh_conf_t *conf,
    njwt_refresh_t *state, double chance, uint64_t now)
{
    double  share;

    share = state->fetched ? 0.9 + 0.2 * chance : 0.1 + 0.9 * chance;

    state->due = now + (uint64_t) ((double) conf->refresh * share);
    state->failures = 0;
    state->in_flight = false;
    state->fetched = true;
}


void
njwt_refresh_failed(const njwt_refresh_conf_t *conf, njwt_refresh_t *state,
    bool keys_held, uint64_t now)
{
    uint64_t  wait, most;

    most = keys_held ? conf->refresh : conf->cooldown;
    wait = NJWT_REFRESH_BACKOFF;

    /* 2^20 seconds exceed every reasonable interval */

    wait <<= (state->failures < 20) ? state->failures : 20;

    if (wait > most) {
        wait = (most > NJWT_REFRESH_BACKOFF) ? most : NJWT_REFRESH_BACKOFF;
    }

    state->due = now + wait;
    state->failures++;
    state->in_flight = false;
}


void
njwt_refresh_postpone(const njwt_refresh_conf_t *conf, njwt_refresh_t *state,
    bool keys_held, uint64_t wait, uint64_t now)
{
    uint64_t  most;

    most = keys_held ? conf->refresh : conf->cooldown;

    if (wait > most) {
        wait = most;
    }

    if (state->due < now + wait) {
        state->due = now + wait;
    }
}


void
njwt_refresh_recover(const njwt_refresh_conf_t *conf, njwt_refresh_t *state,
    uint64_t now)
{
    uint64_t  latest;

    latest = now + conf->refresh + conf->refresh / 10;

    if (state->due > latest) {
        state->due = latest;
    }

    if (state->cool > now + conf->cooldown) {
        state->cool = now + conf->cooldown;
    }
}


void
njwt_refresh_abandoned(njwt_refresh_t *state, uint64_t now)
{
    state->due = now;
    state->in_flight = false;
}


uint64_t
njwt_refresh_age(int64_t wall, int64_t steady)
{
    int64_t  age;

    age = (wall > steady) ? wall : steady;

    return (age > 0) ? (uint64_t) age : 0;
}


uint64_t
njwt_refresh_retry_after(int64_t seconds)
{
    if (seconds <= 0) {
        return 0;
    }

    if (seconds > NJWT_REFRESH_LONGEST) {
        seconds = NJWT_REFRESH_LONGEST;
    }

    return (uint64_t) seconds * 1000;
}


int64_t
njwt_refresh_skew(int64_t date, int64_t age, int64_t begun, int64_t ended)
{
    date += age;

    if (date > ended) {
        return date - ended;
    }

    return (date < begun) ? date - begun : 0;
}


bool
njwt_refresh_serves(int64_t age, uint64_t stale)
{
    return age <= (int64_t) (stale / 1000);
}
