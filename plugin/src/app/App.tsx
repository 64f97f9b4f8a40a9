import React from 'react';
import { Navigate, Route, Routes } from 'react-router-dom';
import type { AppRootProps } from '@grafana/data';
import { CallsPage } from './pages/CallsPage';
import { ConversationPage } from './pages/ConversationPage';
import { HomePage } from './pages/HomePage';
import { TracePage } from './pages/TracePage';
import { useSource } from './source/SourceContext';
import { SourceGate } from './source/SourceGate';

/** The app's pages; Grafana mounts it at /a/tokenledger-app. */
export function App(_: AppRootProps) {
  return (
    <SourceGate>
      <Routes>
        <Route path="home" element={<HomePage />} />
        <Route path="calls" element={<CallsPage />} />
        <Route path="trace/:traceId" element={<TracePage />} />
        <Route path="conversation/:conversationId" element={<ConversationPage />} />
        <Route path="*" element={<ToHome />} />
      </Routes>
    </SourceGate>
  );
}

/** By its full address: what is relative to a path that matches anything is another one in later routers. */
function ToHome() {
  const { paths } = useSource();
  return <Navigate to={paths.home()} replace />;
}
