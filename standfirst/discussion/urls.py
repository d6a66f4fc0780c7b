"""Temporary."""

urlpatterns = []
