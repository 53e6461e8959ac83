"""Tests of the sandbox: real HTTP to a real process, driven by the official SDK."""
