"""The addresses of the hall."""

from __future__ import annotations

from django.urls import path

from yinuo.city.hall.views import intake, lanes, tasks

urlpatterns = [
    path("tasks", tasks.my_tasks, name="tasks"),
    path("window", intake.window, name="window"),
    path("window/choices", intake.choices, name="window_choices"),
    path("window/papers", intake.papers, name="window_papers"),
    path("lanes", lanes.lanes, name="lanes"),
    path("lanes/<str:case_id>", lanes.lane_answer, name="lane_answer"),
    path("window/lane", intake.lane, name="window_lane"),
]
