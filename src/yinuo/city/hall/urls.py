"""The addresses of the hall."""

from __future__ import annotations

from django.urls import path

from yinuo.city.hall.views import appointments, deliveries, intake, lanes, packages, queue, reception, tasks

urlpatterns = [
    path("tasks", tasks.my_tasks, name="tasks"),
    path("window", intake.window, name="window"),
    path("window/choices", intake.choices, name="window_choices"),
    path("window/papers", intake.papers, name="window_papers"),
    path("reception", reception.reception, name="reception"),
    path("queue", queue.queue, name="queue"),
    path("queue/draw", queue.queue_draw, name="queue_draw"),
    path("queue/<str:case_id>/sign", queue.queue_sign, name="queue_sign"),
    path("counters/<str:counter>", queue.counter, name="counter"),
    path("counters/<str:counter>/<str:what>", queue.counter_act, name="counter_act"),
    path("halls/<str:hall>/display", queue.display, name="display"),
    path("book", appointments.book, name="book"),
    path("book/cancel", appointments.book_cancel, name="book_cancel"),
    path("appointments", appointments.appointments, name="appointments"),
    path("appointments/<str:case_id>/<str:what>", appointments.appointment_act, name="appointment_act"),
    path("packages", packages.package_list, name="packages"),
    path("packages/<str:package>", packages.package, name="package"),
    path("deliveries", deliveries.deliveries, name="deliveries"),
    path("deliveries/<str:case_id>/begin", deliveries.delivery_begin, name="delivery_begin"),
    path("deliveries/<str:case_id>/<str:what>", deliveries.delivery_act, name="delivery_act"),
    path("lanes", lanes.lanes, name="lanes"),
    path("lanes/<str:case_id>", lanes.lane_answer, name="lane_answer"),
    path("window/lane", intake.lane, name="window_lane"),
]
