/*
 * Keys are fetched in time, and never too often, whatever happens.
 *
 * Six bytes set the intervals; then each three say what happens, and how much
 * later.  The clock may go back a little, as another worker's does.
 */

#include "fuzz.h"
#include "njwt_refresh.h"


typedef struct {
    njwt_refresh_conf_t  conf;
    njwt_refresh_t       state;
    uint64_t             now;
} world_t;


/* What is asked agrees with itself. */

static void
agree(const world_t *c, bool wanted)
{
    bool      flying = njwt_refresh_in_flight(&c->conf, &c->state, c->now);
    bool      due = njwt_refresh_due(&c->conf, &c->state, wanted, c->now);
    uint64_t  delay;

    delay = njwt_refresh_delay(&c->conf, &c->state, wanted, c->now);

    must(!(flying && due));
    must((delay == 0) == (flying || due));
    must(!flying || c->state.in_flight);
    must(flying || njwt_refresh_due(&c->conf, &c->state, wanted,
                                    c->now + delay));
    must(wanted || !due
         || njwt_refresh_due(&c->conf, &c->state, true, c->now));
}


static void
happen(world_t *c, uint8_t what, uint8_t how)
{
    uint64_t  latest = c->now + c->conf.refresh + c->conf.refresh / 10;

    switch (what % 6) {

    case 0:
        njwt_refresh_begin(&c->conf, &c->state, c->now);
        must(njwt_refresh_in_flight(&c->conf, &c->state, c->now));
        break;

    case 1:
        njwt_refresh_succeeded(&c->conf, &c->state, how / 255.0, c->now);
        must(c->state.fetched && c->state.failures == 0);
        must(c->state.due >= c->now && c->state.due <= latest + 1);
        break;

    case 2:
        njwt_refresh_failed(&c->conf, &c->state, how & 1, c->now);
        must(c->state.due >= c->now + 1000);
        must(c->state.due <= c->now + 1000 + c->conf.refresh
                             + c->conf.cooldown);
        must(c->state.failures > 0);
        break;

    case 3:
        njwt_refresh_postpone(&c->conf, &c->state, how & 1, how * 1000u,
                              c->now);
        must(how == 0 || c->conf.refresh == 0 || c->state.due > c->now
             || ((how & 1) == 0 && c->conf.cooldown == 0));
        return;

    case 4:
        njwt_refresh_recover(&c->conf, &c->state, c->now);
        must(c->state.due <= latest);
        must(c->state.cool <= c->now + c->conf.cooldown);
        return;

    default:
        njwt_refresh_abandoned(&c->state, c->now);
        must(njwt_refresh_due(&c->conf, &c->state, false, c->now));
        break;
    }

    must(c->state.in_flight == (what % 6 == 0));
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    world_t  c;

    if (size < 6) {
        return 0;
    }

    memset(&c, 0, sizeof(c));
    c.conf.refresh = (data[0] * 256u + data[1]) * 100u;
    c.conf.cooldown = (data[2] * 256u + data[3]) * 10u;
    c.conf.timeout = (data[4] * 256u + data[5]) * 10u;
    c.now = 100000;
    must(njwt_refresh_due(&c.conf, &c.state, false, c.now));

    for (data += 6, size -= 6; size >= 3; data += 3, size -= 3) {
        happen(&c, data[0], data[1]);
        agree(&c, false);
        agree(&c, true);
        c.now += data[2] * (data[0] & 0x80 ? 500u : 5u);
        c.now -= (data[0] & 0x40) ? 3 : 0;
        agree(&c, false);
        agree(&c, true);
    }

    return 0;
}
