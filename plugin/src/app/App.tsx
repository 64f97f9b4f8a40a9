import React from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';
import type { AppRootProps } from '@grafana/data';
import { HomePage } from './pages/HomePage';

/** The app's pages; Grafana mounts it at /a/tokenledger-app. */
export function App(_: AppRootProps) {
  return (
    <Routes>
      <Route path="home" element={<HomePage />} />
      <Route path="*" element={<Navigate to="home" replace />} />
    </Routes>
  );
}
