"""Temporary."""
urlpatterns = []
