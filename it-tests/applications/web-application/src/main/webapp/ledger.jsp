<%@ page contentType="text/plain;charset=UTF-8" session="false" trimDirectiveWhitespaces="true" %>
<%@ page import="jakarta.transaction.UserTransaction, javax.naming.InitialContext, orders.Ledger" %>
<%-- compiled when it is asked for, so that servers without transactions of their own take this WAR as well --%>
<%
  UserTransaction transaction = (UserTransaction) new InitialContext().lookup("java:comp/UserTransaction");
  Ledger one = new Ledger(request.getParameter("one"));
  Ledger other = new Ledger(request.getParameter("other"));
  one.open();
  transaction.begin();
  one.enter(7);
  other.enter(5);
  transaction.commit();
  transaction.begin();
  one.enter(100);
  other.enter(200);
  transaction.rollback();
  out.println(one.balance());
%>
