"""Whom to tell, when, and once: what is worth a notification, and the ways to show it.

A result comes to the desk and leaves it as a notification:

    reconcile   what was told against what is true: is there anything to tell of this service?
    hearing     that, and what the user asked for, is taken down on the board
    board       all that telling knows, as one value; the rules below are functions of it and of the time
    outages     first "downs" that waited for company, put together by grouping, within the limits of storm
    updates     what is on the screen stays true: recoveries, and reminders
    summary     what was held back in quiet hours or while the user was away
    remarks     what is about no incident: blindness, flapping, troubles of our own
    showing     a thread of the board becomes a notification, in the words of sentences
    deciding    the first two of these for one result; telling, the others for one moment
    desk        the one place that has a clock and waits; resuming sets it up anew after a restart
    outbox      delivers what was committed, by the first notifier of the list that works
"""
